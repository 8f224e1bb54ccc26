"""The process that reads documents: what it loads, when it ends, who gets its answers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.config import ROOT
from rag.errors import CorpusError
from rag.formats.converter import Converter, Limits
from tests.documents import paragraph, pdf, word_of

SLOW = b"<html><body>" + b"<p>word word" * 300_000
PATIENCE = 30.0


def page(text: str) -> tuple[bytes, str, str]:
    return f"<p>{text}".encode(), ".html", "page.html"


@pytest.fixture
def converter() -> Iterator[Converter]:
    made = Converter()
    yield made
    made.close()


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


def pid_of(converter: Converter) -> int:
    assert converter._child is not None
    return converter._child.process.pid


def ends(pid: int) -> bool:
    """Whether a process is gone, or dead and not yet fetched by its parent, before long."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def computed(pid: int) -> float:
    """Seconds of computing that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_one_process_serves_many_files(converter: Converter) -> None:
    converter.read(*page("It is new."))
    first = pid_of(converter)
    converter.read(pdf([["It is new."]]), ".pdf", "a.pdf")
    converter.read(word_of(paragraph("It is new.")), ".docx", "a.docx")
    assert pid_of(converter) == first


def test_small_text_needs_no_process_and_large_text_has_its_limits(converter: Converter) -> None:
    converter.read(b"It is new.", ".md", "a.md")
    assert converter._child is None
    converter.read(b"It is new. " * 20_000, ".txt", "a.txt")
    assert converter._child is not None


def test_no_library_of_a_format_is_loaded_before_a_file_needs_it() -> None:
    done = python(
        "import sys; import rag.loaders, rag.formats.child\n"
        "heavy = {'lxml', 'trafilatura', 'pypdfium2', 'mammoth', 'torch', 'transformers'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    assert done.returncode == 0, done.stderr


def test_the_process_loads_no_model() -> None:
    done = python(
        "import sys, rag.formats.child\n"
        "import rag.formats.docx, rag.formats.html, rag.formats.pdf\n"
        "heavy = {'torch', 'transformers', 'faiss', 'rag.types'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    assert done.returncode == 0, done.stderr


def test_a_process_that_was_ended_is_replaced(converter: Converter) -> None:
    converter.read(*page("It is new."))
    os.kill(pid_of(converter), signal.SIGKILL)
    assert converter.read(*page("It is newer.")).text == "It is newer."


def test_the_answer_to_an_interrupted_question_is_not_given_to_the_next(
    converter: Converter,
) -> None:
    converter.read(*page("It is new."))
    timer = threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        converter.read(SLOW, ".html", "slow.html")
    timer.join()
    assert converter.read(*page("It is newer.")).text == "It is newer."


def test_threads_get_the_answers_to_their_own_questions(converter: Converter) -> None:
    texts = [f"Center {number} is new." for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda text: converter.read(*page(text)).text, texts)
        assert list(found) == texts


def test_it_ends_with_the_program_that_started_it_even_if_that_is_killed() -> None:
    done = python(
        "import os, signal\n"
        "from rag.formats.converter import CONVERTER as c\n"
        "c.read(b'<p>x', '.html', 'a.html')\n"
        "print(c._child.process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert done.returncode == -signal.SIGKILL
    assert ends(int(done.stdout))


def test_it_ends_with_the_program_that_started_it_and_without_a_word() -> None:
    done = python(
        "from rag.formats.converter import CONVERTER as c\n"
        "c.read(b'<p>x', '.html', 'a.html')\n"
        "print(c._child.process.pid)"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert ends(int(done.stdout))


def test_after_a_fork_each_process_has_its_own() -> None:
    done = python(
        "import os\n"
        "from rag.formats.converter import CONVERTER as c\n"
        "read = lambda text: c.read(f'<p>{text}'.encode(), '.html', 'a.html').text\n"
        "read('before')\n"
        "pid = os.fork()\n"
        "name = 'parent' if pid else 'child'\n"
        "assert [read(f'{name} {i}') for i in range(50)] == [f'{name} {i}' for i in range(50)]\n"
        "c.close() if not pid else None\n"
        "os._exit(0) if not pid else None\n"
        "assert os.waitpid(pid, 0)[1] == 0\n"
        "assert read('after') == 'after'"
    )
    assert done.returncode == 0, done.stderr


def test_it_imports_nothing_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, converter: Converter
) -> None:
    for name in ("json", "html", "lxml", "rag"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    assert converter.read(*page("It is new.")).text == "It is new."


def test_where_no_process_can_be_started_the_run_stops_rather_than_losing_documents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(CorpusError, match="No process can be started"):
        Converter().read(*page("It is new."))
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(CorpusError, match="does not start"):
        Converter().read(*page("It is new."))


def test_what_a_library_prints_does_not_get_between_the_answers() -> None:
    done = python(
        "import sys, io, os\n"
        "from rag.formats import child, reading\n"
        "from rag.formats.frames import write_frame\n"
        "import json\n"
        "requests = io.BytesIO()\n"
        "write_frame(requests, json.dumps({'suffix': '.html', 'name': 'a'}).encode())\n"
        "write_frame(requests, b'<p>x')\n"
        "read = reading.read_content\n"
        "def noisy(*args):\n"
        "    print('noise', flush=True); os.write(1, b'noise'); os.write(2, b'noise')\n"
        "    return read(*args)\n"
        "child.read_content = noisy\n"
        "r, w = os.pipe(); os.write(w, requests.getvalue()); os.close(w); os.dup2(r, 0)\n"
        "sys.argv = ['child', '10', str(2**31)]\n"
        "child.main()"
    )
    assert done.returncode == 0, done.stderr
    assert "noise" not in done.stdout + done.stderr
    assert '"text": "x"' in done.stdout


def test_limits_of_computing_time_are_for_each_file_and_not_for_all() -> None:
    made = Converter(Limits(cpu_seconds=1))
    text = b"<p>" + b"The center was founded in 2010. " * 10_000
    try:
        first = made.read(text, ".html", "a.html")
        pid = pid_of(made)
        while computed(pid) < 3:
            assert made.read(text, ".html", "a.html") == first
        assert pid_of(made) == pid
    finally:
        made.close()
