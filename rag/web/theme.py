"""The look of Gradio's own components; that of our markup is in the style sheets beside it."""

from __future__ import annotations

from pathlib import Path

from gradio.themes import Base
from gradio.themes.utils import colors, sizes

# Colours and type first: the others use them.
COLOURS, *_PARTS = (
    Path(__file__).with_name(f"{name}.css") for name in ("colours", "frame", "talk", "sources")
)
STYLES = (COLOURS, *_PARTS)

# Fonts that are there already: a font server would learn who reads this page.
_FONT = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
_FONT_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> Base:
    """Gradio's plainest theme in the colours of ``colours.css``, by its custom properties."""
    paper, surface, ink, quiet = "var(--paper)", "var(--surface)", "var(--ink)", "var(--quiet)"
    line, strong_line, accent = "var(--line)", "var(--strong-line)", "var(--accent)"
    both = {
        "body_background_fill": paper,
        "body_text_color": ink,
        "body_text_color_subdued": quiet,
        "background_fill_primary": surface,
        "background_fill_secondary": paper,
        "border_color_primary": line,
        "border_color_accent": accent,
        "block_background_fill": "transparent",
        "block_border_color": line,
        "block_border_width": "0px",
        "block_label_background_fill": "transparent",
        "block_label_text_color": quiet,
        "block_title_text_color": quiet,
        "block_info_text_color": quiet,
        "input_background_fill": surface,
        "input_background_fill_focus": surface,
        "input_border_color": strong_line,
        "input_border_color_focus": accent,
        "input_placeholder_color": quiet,
        "button_primary_background_fill": accent,
        "button_primary_background_fill_hover": "var(--accent-hover)",
        "button_primary_text_color": "var(--on-accent)",
        "button_primary_border_color": accent,
        "button_primary_border_color_hover": "var(--accent-hover)",
        "button_secondary_background_fill": surface,
        "button_secondary_background_fill_hover": "var(--tint)",
        "button_secondary_text_color": ink,
        "button_secondary_border_color": strong_line,
        "button_secondary_border_color_hover": accent,
        "link_text_color": accent,
        "link_text_color_hover": accent,
        "link_text_color_active": accent,
        "link_text_color_visited": accent,
        "color_accent_soft": "var(--tint)",
    }
    plain = {
        "input_border_width": "1px",
        "button_border_width": "1px",
        "block_padding": "0px",
        "block_title_text_weight": "500",
        "block_title_text_size": "0.875rem",
        "button_large_text_weight": "500",
        "button_medium_text_weight": "500",
        "button_transition": "none",
        "layout_gap": "0.75rem",
        "shadow_drop": "none",
        "input_shadow": "none",
        "input_shadow_focus": "none",
        "block_shadow": "none",
    }
    base = Base(
        primary_hue=colors.teal,
        neutral_hue=colors.stone,
        radius_size=sizes.radius_md,
        font=_FONT,
        font_mono=_FONT_MONO,
    )
    # The custom properties change with the colour scheme, so both schemes are set alike.
    base.set(**both, **{f"{name}_dark": value for name, value in both.items()}, **plain)
    return base
