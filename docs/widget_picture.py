"""Make docs/widget.png: the chat in Chromium with the real base, light and dark side by side."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SIZE = (1000, 640)
PAGE = '<div id="light"></div><div id="dark"></div>'
LOOK = """
body { display: grid; grid-template: minmax(0, 1fr) / 1fr 1fr; gap: 28px; margin: 0; padding: 24px;
       box-sizing: border-box; height: 100vh; background: #e9edf1; }
h1, main > p { display: none; }
main { display: contents; }
main > div { min-height: 0; }
sourcebot-widget { --sourcebot-height: 100%; font-size: 15px; }
"""
MAKE = """
const look = new CSSStyleSheet();
look.replaceSync(arguments[0]);
document.adoptedStyleSheets = [look];
for (const theme of ["light", "dark"]) {
  window[theme] = Sourcebot.create({
    server: arguments[1], target: `#${theme}`, theme, remember: false,
  });
}
"""


def main() -> None:
    """Ask both chats, and take the picture."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service as Driver

    from sourcebot.server.app import create_app
    from tests.server.browser.conftest import FLAGS, PROGRAMS
    from tests.server.browser.screen import Screen
    from tests.server.browser.serving import Running, Stub, service_of

    stub = Stub(body=PAGE, script='src="/widget.js" data-manual')
    page = Running(stub.app(service_of()))
    server = Running(create_app(service_of(origins=(page.address,))))
    options = webdriver.ChromeOptions()
    options.binary_location = f"/usr/bin/{PROGRAMS[0]}"
    with tempfile.TemporaryDirectory() as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}", "--hide-scrollbars"):
            options.add_argument(flag)
        browser = webdriver.Chrome(options, Driver(f"/usr/bin/{PROGRAMS[1]}"))
        try:
            screen = Screen(browser)
            screen.emulate(prefers_reduced_motion="reduce")
            screen.size(*SIZE)
            screen.visit(page.address + "/")
            browser.execute_script(MAKE, LOOK, server.address)
            _ask(screen, "light", "whats diffrence outsorcing & offshoring")
            _ask(screen, "dark", "help me decide")
            _ask(screen, "dark", "Nobody yet")
            browser.execute_script("document.activeElement.blur()")
            screen.picture(HERE / "widget.png")
        finally:
            browser.quit()
            page.stop()
            server.stop()


def _ask(screen: Any, chat: str, text: str) -> None:
    script = "const done = arguments[2]; window[arguments[0]].ask(arguments[1]).then(() => done())"
    screen.until(
        lambda: screen.driver.execute_script(
            "return window[arguments[0]].element.shadowRoot.querySelector('.bot') !== null", chat
        )
    )
    screen.driver.execute_async_script(script, chat, text)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    main()
