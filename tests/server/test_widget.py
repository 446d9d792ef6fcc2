from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sourcebot.knowledge.folders import shipped
from sourcebot.server.app import create_app
from sourcebot.server.config import Config
from sourcebot.server.keys import new_key, write_keys
from sourcebot.server.logs import Log
from sourcebot.server.service import Service
from tests.knowledge.tea import TeaFolder

SITE = "https://www.shop.example"


@pytest.fixture
def tea(tmp_path: Path) -> TeaFolder:
    return TeaFolder(tmp_path / "tea")


def service_of(tea: TeaFolder, **config: Any) -> Service:
    return Service(Config(bases={"tea": str(tea.root)}, **config), log=Log(write=lambda line: None))


def client_of(service: Service) -> TestClient:
    return TestClient(create_app(service))


def policy(headers: Mapping[str, str]) -> dict[str, str]:
    parts = headers["content-security-policy"].split("; ")
    return dict(part.partition(" ")[::2] for part in parts)


def test_the_page_names_the_base_and_loads_the_chat(tea: TeaFolder) -> None:
    answer = client_of(service_of(tea)).get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Tea</h1>" in answer.text
    assert "Tea: what the kinds are" in answer.text
    assert 'src="widget.js"' in answer.text
    assert "tea@" in answer.text


def test_the_page_allows_nothing_that_it_does_not_need(tea: TeaFolder) -> None:
    answer = client_of(service_of(tea)).get("/")
    assert policy(answer.headers) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "style-src": "'none'",
        "img-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert not re.search(r"<style|style=|\son\w+=|<script>", answer.text)


def test_only_pages_of_named_sites_may_frame_it(tea: TeaFolder) -> None:
    service = service_of(tea, origins=(SITE, "https://x.example; script-src *"))
    found = policy(client_of(service).get("/").headers)
    assert found["frame-ancestors"] == f"'self' {SITE}"
    assert found["script-src"] == "'self'"


def test_what_a_base_says_of_itself_is_no_markup(tea: TeaFolder) -> None:
    tea.replace("kb.yaml", "title: Tea", 'title: "</title><script>alert(1)</script> & \\"x\\""')
    tea.replace("kb.yaml", 'about: "Tea:', "about: \"'><img src=x onerror=alert(1)>:")
    text = client_of(service_of(tea)).get("/").text
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;" in text


def test_a_page_for_each_base(tea: TeaFolder, tmp_path: Path) -> None:
    other = TeaFolder(tmp_path / "other")
    other.replace("kb.yaml", "title: Tea", "title: More tea")
    bases = {"tea": str(tea.root), "more": str(other.root)}
    client = client_of(Service(Config(bases=bases), log=Log(write=lambda line: None)))
    assert "<h1>Tea</h1>" in client.get("/").text
    page = client.get("/?kb=more").text
    assert "<h1>More tea</h1>" in page
    assert 'data-kb="more"' in page


def test_no_page_for_an_unknown_base(tea: TeaFolder) -> None:
    answer = client_of(service_of(tea)).get('/?kb="><script>')
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


def test_with_keys_the_page_loads_and_tells_nothing_of_the_base(
    tea: TeaFolder, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    write_keys(keys, [new_key("x", "tea", ("ask",), datetime.now(UTC))[0]])
    client = client_of(service_of(tea, keys=str(keys)))
    answer = client.get("/")
    assert answer.status_code == 200
    assert not re.search("tea", answer.text, re.IGNORECASE)
    assert client.get("/?kb=tea").text.count("tea") == 1  # as the address said itself
    assert client.get("/widget.js").status_code == 200


def test_the_file_is_the_shipped_one_plain_and_compressed(tea: TeaFolder) -> None:
    written = (shipped("content") / "widget" / "sourcebot.js").read_bytes()
    client = client_of(service_of(tea))
    plain = client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == written
    assert "content-encoding" not in plain.headers
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    packed = client.get("/widget.js", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == written
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) == len(gzip.compress(written)) < 25_000


def test_a_browser_that_has_the_file_does_not_get_it_again(tea: TeaFolder) -> None:
    client = client_of(service_of(tea))
    first = client.get("/widget.js")
    tag = first.headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again = client.get("/widget.js", headers={"If-None-Match": known})
        assert again.status_code == 304
        assert not again.content
        assert again.headers["etag"] == tag
    assert client.get("/widget.js", headers={"If-None-Match": '"other"'}).status_code == 200
    assert "max-age" in first.headers["cache-control"]


def test_any_page_may_load_the_file(tea: TeaFolder) -> None:
    headers = client_of(service_of(tea)).get("/widget.js").headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_icon(tea: TeaFolder) -> None:
    assert client_of(service_of(tea)).get("/widget.svg").headers["content-type"] == "image/svg+xml"


def test_the_file_has_nothing_that_a_strict_policy_forbids() -> None:
    text = (shipped("content") / "widget" / "sourcebot.js").read_text("utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                 "new Function", "cookie", "localStorage", "setAttribute(\"style\"",
                 "setAttribute(\"on", "import("):  # fmt: skip
        assert word not in text, word
    addresses = set(re.findall(r"https?://[\w.]+", text))
    assert addresses == {"http://www.w3.org"}  # the name of SVG's vocabulary; nothing is loaded


# The guide


def table(after: str, row: str) -> set[str]:
    """What the rows of a table in the guide are about."""
    guide = (Path(__file__).parents[2] / "docs" / "widget.md").read_text("utf-8")
    section = guide.split(f"## {after}\n")[1].split("\n## ")[0]
    return set(re.findall(rf"(?m)^\| `{row}` \|", section))


def test_the_guide_names_all_settings_and_no_others() -> None:
    text = (shipped("content") / "widget" / "sourcebot.js").read_text("utf-8")
    read = set(re.findall(r"(?:\bgiven|\bdataset)\.(\w+)", text))
    assert table("Settings", "data-(\\w+)") == read - {"strings"}
    assert table("Colours and sizes", "--sourcebot-([\\w-]+)") == set(
        re.findall(r"var\(--sourcebot-([\w-]+)", text)
    )


# CORS


def across(tea: TeaFolder, *origins: str) -> TestClient:
    return client_of(service_of(tea, origins=origins))


def preflight(client: TestClient, origin: str, path: str = "/v1/conversations") -> Any:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,idempotency-key",
    }
    return client.options(path, headers=asked)


def test_a_named_site_is_told_what_it_may_send(tea: TeaFolder) -> None:
    answer = preflight(across(tea, SITE), SITE)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == SITE
    assert answer.headers["access-control-allow-methods"] == "GET, POST, DELETE"
    allowed = answer.headers["access-control-allow-headers"]
    assert allowed == "content-type, authorization, idempotency-key, x-sourcebot-kb"
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://www.shop.example.evil.example",
        "https://shop.example",
        "http://www.shop.example",
        "https://www.shop.example:8443",
        "HTTPS://WWW.SHOP.EXAMPLE",
        "null",
        "*",
    ],
)
def test_others_are_told_nothing(tea: TeaFolder, origin: str) -> None:
    client = across(tea, SITE)
    assert "access-control-allow-origin" not in preflight(client, origin).headers
    answer = client.post("/v1/conversations", headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"


def test_a_named_site_reads_answers_errors_and_what_goes_with_them(tea: TeaFolder) -> None:
    client = across(tea, SITE + "/")
    good = client.post("/v1/conversations", headers={"Origin": SITE})
    path = good.headers["location"] + "/messages"
    bad = client.post(path, headers={"Origin": SITE}, json={"words": "no text"})
    assert (good.status_code, bad.status_code) == (201, 422)
    for answer in (good, bad):
        assert answer.headers["access-control-allow-origin"] == SITE
        exposed = answer.headers["access-control-expose-headers"]
        assert exposed == "x-request-id, x-sourcebot-turn, retry-after"


def test_only_the_api_and_only_where_sites_are_named(tea: TeaFolder) -> None:
    answer = across(tea, SITE).get("/healthz", headers={"Origin": SITE})
    assert "access-control-allow-origin" not in answer.headers
    silent = across(tea)
    assert "access-control-allow-origin" not in preflight(silent, SITE).headers
    assert "vary" not in silent.post("/v1/conversations").headers
