# ruff: noqa: UP031, RET503
# Makes .venv and fills it from a hash-checked lock. Written so that any Python 3 can read it and say what is missing.
import hashlib
import os
import re
import shutil
import subprocess
import sys

try:
    import fcntl
except ImportError:
    sys.exit("Regulars runs on Linux and macOS. On Windows use WSL (wsl --install) and run this there.")

OLDEST = (3, 11)
NEWEST_FIRST = ("python3.13", "python3.12", "python3.11", "python3.14")
REPO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(REPO, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOG = os.path.join(VENV, "install.log")
NEEDED_MB = 1500


def ready(lock="requirements.txt"):
    """Return the path of .venv's Python once everything in the lock is installed."""
    base = good_python()
    stamp = os.path.join(VENV, ".installed-" + lock)
    want = fingerprint(lock)
    if is_installed(stamp, want):
        return PYTHON
    check_space()
    with one_at_a_time():
        if not is_installed(stamp, want):
            make_venv(base)
            install(lock)
            write(stamp, want)
    return PYTHON


def good_python():
    """Return a Python new enough, looking beside the one that runs this."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for name in NEWEST_FIRST:
        found = shutil.which(name)
        if found:
            return found
    stop(
        "Regulars needs Python 3.11 or newer; this is Python %d.%d (%s)."
        % (sys.version_info[0], sys.version_info[1], sys.executable),
        "Install one (Debian, Ubuntu: apt install python3.11 python3.11-venv; macOS: brew install python@3.12)",
        "and run this again, or name it: python3.12 bin/up",
    )


def fingerprint(lock):
    try:
        with open(os.path.join(REPO, lock), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        stop("The file %s is missing from %s." % (lock, REPO), "Get it back with: git checkout -- %s" % lock)


def is_installed(stamp, want):
    try:
        with open(stamp) as file:
            return file.read().strip() == want and os.access(PYTHON, os.X_OK)
    except OSError:
        return False


def check_space():
    free = shutil.disk_usage(REPO).free // 2**20
    if free < NEEDED_MB:
        stop(
            "Only %d MB are free on the disk of %s; the installation needs %d MB." % (free, REPO, NEEDED_MB),
            "Free some space and run this again.",
        )


class one_at_a_time:
    def __enter__(self):
        try:
            self.file = open(os.path.join(REPO, ".venv.lock"), "w")
        except OSError as problem:
            stop(
                "This user may not write to %s (%s)." % (REPO, problem.strerror),
                "Run as the owner of that folder, or clone the repository into your own.",
            )
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


def make_venv(base):
    if is_sound(PYTHON):
        return
    if os.path.isdir(VENV):
        say("Replacing .venv, which no longer works.")
        shutil.rmtree(VENV)
    say("Making .venv with %s." % base)
    done = subprocess.run([base, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode or not is_sound(PYTHON):
        shutil.rmtree(VENV, ignore_errors=True)
        stop(
            "Python could not make a virtual environment:\n%s"
            % tail(done.stdout.decode("utf-8", "replace"), 6),
            "On Debian and Ubuntu: apt install python3-venv (or python3.X-venv for the version in use). Then run this again.",
        )


def is_sound(python):
    if not os.path.exists(python):
        return False
    test = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return (
        subprocess.run([python, "-c", test], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        == 0
    )


def install(lock):
    path = os.path.join(REPO, lock)
    with open(path) as file:
        total = len(re.findall(r"(?m)^\S+==", file.read()))
    say("Installing %d packages, each checked against its hash. The first time this takes a minute." % total)
    command = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--no-input",
        "--disable-pip-version-check",
    ]
    with open(LOG, "w") as log:
        pip = subprocess.Popen(
            command + ["-r", path],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=1,
            universal_newlines=True,
        )
        follow(pip.stdout, log, total)
        code = pip.wait()
    if code:
        with open(LOG) as log:
            explain(log.read())


def follow(lines, log, total):
    seen = 0
    for line in lines:
        log.write(line)
        if line.startswith(("Collecting ", "Requirement already satisfied: ")):
            seen += 1
            show(
                "  %d of about %d: %s"
                % (seen, total, line.split()[1 if line.startswith("C") else 3].split("==")[0])
            )
        elif line.startswith("Installing collected"):
            show("  unpacking")
    show("")


CAUSES = (
    ("No space left on device", "The disk is full. Free some space and run this again."),
    (
        "DO NOT MATCH THE HASHES",
        "A downloaded file is not the one that was locked. Do not go on: try another network or index, and report it.",
    ),
    (
        "Could not find a version",
        "The package index has no file for this system. Regulars runs on Linux (x86-64, arm64) and macOS with Python 3.11 to 3.13.",
    ),
    (
        "No matching distribution",
        "The package index has no file for this system, or could not be reached. Check the network and pip's settings (pip config list).",
    ),
    (
        "Permission denied",
        "This user may not write to .venv. Run as its owner, or remove .venv and run this again.",
    ),
)


def explain(text):
    advice = (
        "Check the network and pip's settings (pip config list), then run this again: what is done is kept."
    )
    # The network comes first: when it fails, pip says afterwards that it found no version.
    if not re.search(r"(?i)connection|timed out|name resolution|proxy", text):
        advice = next((what for sign, what in CAUSES if sign in text), advice)
    stop("Installing the packages failed. The last lines of .venv/install.log:\n%s" % tail(text, 12), advice)


def tail(text, count):
    return "\n".join("    " + line for line in text.strip().splitlines()[-count:])


def write(path, text):
    with open(path, "w") as file:
        file.write(text + "\n")


def say(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def show(text):
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K" + text[:100])
        sys.stderr.flush()


def stop(*lines):
    say("\n".join(lines))
    sys.exit(1)


if __name__ == "__main__":
    ready(*sys.argv[1:2])
