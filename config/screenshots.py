"""`make screenshots`: every page kind as a picture, seen by each role, into build/screenshots.

Takes the stack that runs; where none does, starts one with a small simulated day for its own time. Needs a Chromium.
"""

import argparse
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from config.local_servers import CHECKOUT, local_directory
from config.supervisor import RunningStack, Stack, find_running

OUTPUT = CHECKOUT / "build" / "screenshots"
WIDTH, HEIGHT = 1440, 900
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.screenshots", description=__doc__, epilog="example: make screenshots")
    parser.add_argument("--dark", action="store_true", help="the dark theme")
    options = parser.parse_args()
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        print(f"countroom: no browser ({', '.join(BROWSERS)}): install one (on Debian: apt-get install chromium).", file=sys.stderr)
        return 1
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with _stack() as stack, sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--hide-scrollbars"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        staff = json.loads((stack.directory / "demo.json").read_text())["staff"]
        for person in _one_per_role(staff):
            _walk(browser, stack.urls["web"], person, scheme="dark" if options.dark else "light")
        browser.close()
    print(f"{len(list(OUTPUT.glob('*.png')))} pictures in {OUTPUT.relative_to(CHECKOUT)}")
    return 0


@contextmanager
def _stack() -> Iterator[RunningStack]:
    running = find_running()
    if running is not None:
        yield running
        return
    with Stack(directory=local_directory("screenshots")) as own:
        done = own.manage("simulate_day", "--deposits", "60", "--seed", "1")
        if done.returncode != 0:
            raise SystemExit(f"countroom: {done.stderr.strip().splitlines()[-1]}")
        yield own


def _one_per_role(staff: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({person["role"]: person for person in reversed(staff)}.values())[::-1]


def _walk(browser: Browser, web: str, person: dict[str, Any], *, scheme: Any) -> None:
    """Sign in, then the home page, each list of the sidebar, and the first record of each."""
    context = browser.new_context(base_url=web, viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/admin/login/")
    page.screenshot(path=OUTPUT / "login.png")
    page.fill("[name=username]", person["user"])
    page.fill("[name=password]", person["password"])
    page.click("[type=submit]")
    page.wait_for_load_state("networkidle")
    links = page.eval_on_selector_all("a[href^='/admin/']", "found => [...new Set(found.map(a => a.getAttribute('href')))]")
    for link in ["/admin/", *sorted(href for href in links if re.fullmatch(r"/admin/[a-z_]+/[a-z_]+/", href))]:
        _picture(page, link, f"{person['role']}{_slug(link)}")
        record = page.query_selector("#result_list tbody a[href], table tbody a[href^='/admin/']")
        if link != "/admin/" and record is not None:
            _picture(page, str(record.get_attribute("href")), f"{person['role']}{_slug(link)}-one", base=link)
    context.close()


def _picture(page: Page, link: str, name: str, *, base: str = "") -> None:
    page.goto(link if link.startswith("/") else base + link, wait_until="load")
    page.wait_for_timeout(300)
    page.screenshot(path=OUTPUT / f"{name}.png", full_page=True)


def _slug(link: str) -> str:
    words = link.removeprefix("/admin").strip("/").replace("/", "-")
    return f"-{words or 'home'}"


if __name__ == "__main__":
    sys.exit(main())
