"""The server's settings: modest by default, sized to the machine, safe on power loss."""

import os
import shutil
from pathlib import Path

SMALL_SHARED_MEMORY = 256 * 2**20


def settings(socket: str, *, memory_mb: int = 0, is_throwaway: bool = False) -> dict[str, str]:
    """Return the settings for this machine; `memory_mb` sets the cache, a throwaway server does not wait for the disk."""
    machine_mb = _machine_mb()
    # What is not used yet takes no memory; on a large machine a large business should not read its tables through the system each time.
    cache_mb = memory_mb or max(64, min(1024, machine_mb // 16))
    chosen = {
        "listen_addresses": "''",
        "unix_socket_directories": _quote(socket),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{cache_mb}MB",
        "effective_cache_size": f"{max(256, machine_mb // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(64, min(512, machine_mb // 16))}MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        # Handing every read of an index's few places to a helper process costs more than reading it, on few processors above all.
        "io_method": "sync",
        "huge_pages": "off",
        "wal_compression": "on",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "datestyle": "'iso, ymd'",
        "cluster_name": "'regulars'",
        "log_line_prefix": "'%m [%p] %u '",
        "dynamic_shared_memory_type": _shared_memory(),
    }
    if is_throwaway:
        chosen |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
        }
    return chosen


def write(cluster: Path, chosen: dict[str, str]) -> None:
    """Write the settings beside postgresql.conf; local.conf is read after them and is the operator's own."""
    lines = ["# Written at every start. Put your own settings into local.conf."]
    lines += [f"{name} = {value}" for name, value in chosen.items()]
    (cluster / "regulars.conf").write_text("\n".join(lines) + "\n")
    main = cluster / "postgresql.conf"
    include = "include = 'regulars.conf'\ninclude_if_exists = 'local.conf'\n"
    text = main.read_text()
    if include not in text:
        main.write_text(f"{text}\n{include}")


def _machine_mb() -> int:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return min(machine, _container_mb() or machine)


def _container_mb() -> int | None:
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return None
    return int(limit) // 2**20 if limit.isdigit() else None


def _shared_memory() -> str:
    # Containers often have 64 MB of /dev/shm, too little for a parallel query.
    shm = Path("/dev/shm")  # noqa: S108 -- only measured, never written
    is_roomy = shm.exists() and shutil.disk_usage(shm).total >= SMALL_SHARED_MEMORY
    return "posix" if is_roomy or os.uname().sysname != "Linux" else "mmap"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
