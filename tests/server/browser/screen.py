"""The widget as somebody sees and uses it in a browser."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

_ROOT = "document.querySelector('sourcebot-widget').shadowRoot"


class Screen:
    """A browser with one page, and what is in the widget on it."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def visit(self, address: str) -> None:
        self.driver.get(address)

    def js(self, script: str, *values: Any) -> Any:
        """What a script gives that knows the widget's shadow root as `root`."""
        return self.driver.execute_script(f"const root = {_ROOT}; {script}", *values)

    def find(self, selector: str) -> WebElement:
        """The first that is there, waited for."""
        return self.until(lambda: self.js("return root.querySelector(arguments[0])", selector))

    def all(self, selector: str) -> list[WebElement]:
        return list(self.js("return [...root.querySelectorAll(arguments[0])]", selector))

    def texts(self, selector: str) -> list[str]:
        script = "return [...root.querySelectorAll(arguments[0])].map((node) => node.textContent)"
        return list(self.js(script, selector))

    def until(self, check: Callable[[], Any], seconds: float = 40) -> Any:
        """Wait for something to be true, and give it."""
        end = time.monotonic() + seconds
        while True:
            found = check()
            if found:
                return found
            assert time.monotonic() < end, f"waited {seconds} s in vain; shown: {self.shown()}"
            time.sleep(0.03)

    def shown(self) -> str:
        """All text of the conversation."""
        script = "const log = root.querySelector('.log'); return log ? told(log.innerText) : ''"
        # The driver fails at half a character, which a page may well hold.
        return str(self.js("const told = (text) => text.toWellFormed();" + script))

    def sees(self, text: str, seconds: float = 40) -> None:
        self.until(lambda: text in self.shown(), seconds)

    def press(self, *keys: str) -> None:
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def press_with(self, modifier: str, key: str) -> None:
        chain = ActionChains(self.driver).key_down(modifier).send_keys(key).key_up(modifier)
        chain.perform()

    def click(self, selector: str, text: str | None = None) -> None:
        """Click what has the text (or the first)."""

        def wanted() -> WebElement | None:
            for node in self.all(selector):
                if text is None or text in (node.get_attribute("textContent") or ""):
                    return node
            return None

        node = self.until(wanted)
        self.js("arguments[0].scrollIntoView({block: 'center'})", node)
        node.click()

    def say(self, text: str) -> None:
        """Type a message, send it, and wait for what comes of it."""
        before = len(self.all(".bot, .failed"))
        self.find("textarea").click()
        self.press(text, Keys.ENTER)
        self.until(lambda: len(self.all(".bot, .failed")) > before and self.rests())

    def rests(self) -> bool:
        return not self.all(".waiting")

    def open(self) -> None:
        self.find(".launcher").click()
        self.until(lambda: self.all(".bot.welcome, .problem"))

    def focused(self) -> str:
        """Tag, class and name of what has the focus in the widget, or of the page's own."""
        return str(
            self.driver.execute_script(
                "let on = document.activeElement;"
                "while (on && on.shadowRoot && on.shadowRoot.activeElement)"
                "  on = on.shadowRoot.activeElement;"
                "return on ? `${on.localName}.${on.className || on.id}: "
                "${on.getAttribute('aria-label') || on.textContent.slice(0, 60)}` : ''"
            )
        )

    def emulate(self, **features: str) -> None:
        """Media features, such as prefers_color_scheme="dark"."""
        listed = [{"name": n.replace("_", "-"), "value": v} for n, v in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": listed})

    def size(self, width: int, height: int, scale: float = 1) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def offline(self, off: bool) -> None:
        rates = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": off, **rates})

    def picture(self, path: Path) -> None:
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        path.write_bytes(base64.b64decode(taken["data"]))
