"""A headless Chromium, a server with the shipped knowledge base, and a stub."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service as Driver

from sourcebot.server.app import create_app
from sourcebot.server.service import Service
from tests.server.browser.screen import Screen
from tests.server.browser.serving import Running, Stub, service_of

PROGRAMS = ("chromium", "chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-domain-reliability",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--password-store=basic",
    # Whatever it may still want to reach elsewhere, it does not find.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-size=1000,800",
    "--lang=en",
)
LISTEN = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
});
"""


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One browser for all tests of a worker."""
    found = [shutil.which(name) for name in PROGRAMS]
    if None in found:
        told = "no browser: apt-get install chromium chromium-driver"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    program, driver = (str(path) for path in found)
    folder = tmp_path_factory.mktemp("browser")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    env = {**os.environ, "HOME": str(folder), "LANG": "C.UTF-8"}
    browser = webdriver.Chrome(options, Driver(driver, env=env))
    try:
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTEN})
        yield browser
    finally:
        browser.quit()


@pytest.fixture
def screen(driver: webdriver.Chrome) -> Iterator[Screen]:
    """A fresh page; at its end nothing may have been against the page's policy, or thrown."""
    driver.switch_to.new_window("tab")
    fresh = driver.current_window_handle
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTEN})
    driver.get_log("browser")
    screen = Screen(driver)
    screen.emulate(prefers_color_scheme="light", prefers_reduced_motion="reduce")
    screen.size(1000, 800)
    yield screen
    violations = driver.execute_script("return window.violations")
    log = [entry["message"] for entry in driver.get_log("browser")]
    driver.switch_to.window(fresh)
    driver.close()
    driver.switch_to.window(driver.window_handles[0])
    assert violations == []
    assert not [one for one in log if "Content Security Policy" in one or "Uncaught" in one], log


@pytest.fixture(scope="session")
def shipped_service(shared_cache: Path) -> Iterator[Service]:
    """A service over the shipped base."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        yield service_of()


@pytest.fixture(scope="session")
def shipped(shipped_service: Service) -> Iterator[str]:
    """The address of a server with the shipped knowledge base."""
    running = Running(create_app(shipped_service))
    yield running.address
    running.stop()


@pytest.fixture
def stub() -> Stub:
    """What the stub answers."""
    return Stub()


@pytest.fixture
def stubbed(stub: Stub, shipped_service: Service) -> Iterator[str]:
    """The address of the stub."""
    running = Running(stub.app(shipped_service))
    yield running.address
    running.stop()
