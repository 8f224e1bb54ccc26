"""Sentences of a document that speak to a language model instead of to a reader."""

from __future__ import annotations

import re

from rag.text import Span, sentence_spans

_ADDRESSED = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:above|previous|prior|earlier|preceding|"
    r"instructions?|prompts?|rules?|everything|passages?)\b"
    r"|\b(?:system|developer) (?:prompt|message|instruction)"
    r"|\b(?:new|following|hidden|secret|real) instructions?\b.{0,20}(?::|\bare\b)"
    r"|\byou are (?:now |an? )?(?:ai|assistant|chatbot|language model|dan|chatgpt|gpt)\b"
    r"|\bas an ai\b|\b(?:language model|assistant|chatbot|llm|ai)s?\b,? ?"
    r"(?:must|should|shall|have to|:)"
    r"|\b(?:say|answer|reply|respond|output|print|repeat|write|tell (?:the )?"
    r"(?:user|visitor|reader)s?)\b.{0,30}(?:[\"“”'‘:]|\bonly\b|\binstead\b|\bthat\b.{0,60}\binstead\b)"
    r".{0,200}\b(?:instructions?|above|prompt|question|asked|user|visitor)\b"
    r"|<\|?(?:im_start|im_end|system|assistant|user|endoftext)|\[/?INST\]|</?(?:passages?|system)\b"
    r"|(?:忽略|无视|忘记|不要理会|忽视)[^。]{0,20}(?:以上|上面|上述|之前|前面|先前|指令|指示|提示|规则|内容)"
    r"|系统提示|(?:你|您)(?:现在)?是(?:一个)?(?:人工智能|助手|聊天机器人|语言模型)",
    re.IGNORECASE | re.DOTALL,
)
# Base64, or anything as unreadable: no word of a document is so long.
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_NOT_ENCODED = re.compile(r"https?://\S+|www\.\S+")
# A sentence next to such a one is part of it where it only goes on with it.
_GOES_ON = re.compile(
    r"\s*(?:instead|then|just|simply|say|answer|reply|respond|output|print|repeat|write|decode)\b|\s*(?:而是|"
    r"请说|回答|说[:：“\"])",
    re.IGNORECASE,
)


def is_addressed_to_a_model(sentence: str) -> bool:
    """Whether a sentence gives orders to whoever processes the text, or hides what it says."""
    return bool(_ADDRESSED.search(sentence) or _ENCODED.search(_NOT_ENCODED.sub(" ", sentence)))


def addressed_spans(text: str, start: int, end: int) -> list[Span]:
    """Spans of the sentences of ``text[start:end]`` that speak to a model, in order."""
    found: list[Span] = []
    for span in sentence_spans(text, start, end):
        said = text[slice(*span)]
        goes_on = found and found[-1][1] + 2 >= span[0] and _GOES_ON.match(said)
        if is_addressed_to_a_model(said) or goes_on:
            found.append(span)
    return found


def without_spans(text: str, start: int, end: int, spans: list[Span]) -> str:
    """``text[start:end]`` less some spans of it."""
    kept, at = "", start
    for span in spans:
        kept += text[at : max(at, span[0])]
        at = max(at, min(end, span[1]))
    return kept + text[at:end]
