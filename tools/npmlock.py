#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Completes web/package-lock.json after `npm install`.

A package such as rollup names one optional package for each platform. npm writes down only those
that its registry has, and then `npm ci` refuses the file as incomplete. This adds the missing ones
with version and platform: enough for npm to know that they are not for this machine.

    tools/npmlock.py [FILE]
"""
import json
import sys

SYSTEMS = ("aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony",
           "sunos", "win32")


def platform_of(name):
    """{"os": [...], "cpu": [...]} by the words of a package's name, or None."""
    words = name.split("/")[-1].split("-")
    for at, word in enumerate(words[:-1]):
        if word in SYSTEMS:
            found = {"cpu": [words[at + 1]], "os": [word]}
            if word == "linux" and at + 2 < len(words):
                found["libc"] = ["musl" if "musl" in words[at + 2] else "glibc"]
            return found
    return None


def missing(lock):
    """(key, name, version, package that names it) of every optional package without an entry."""
    packages = lock["packages"]
    for owner, package in packages.items():
        for name, version in package.get("optionalDependencies", {}).items():
            nested, top = f"{owner}/node_modules/{name}", f"node_modules/{name}"
            if nested not in packages and top not in packages:
                yield top, name, version, package


def complete(lock):
    """Adds what is missing; returns how many were added."""
    added = {}
    for key, name, version, owner in missing(lock):
        place = platform_of(name)
        if place:
            dev = {"dev": True} if owner.get("dev") else {}
            added[key] = {"version": version, **place, **dev, "optional": True}
    lock["packages"] = dict(sorted({**lock["packages"], **added}.items()))
    return len(added)


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "web/package-lock.json"
    with open(path, encoding="utf-8") as f:
        lock = json.load(f)
    count = complete(lock)
    if count:
        with open(path, "w", encoding="utf-8") as f:
            f.write(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")
    print(f"{path}: {count} packages added")


if __name__ == "__main__":
    main()
