import os
import socket
import sys

import pytest

from regulars.kit.ports import PortTaken, require_free


def test_a_free_port_is_fine() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    require_free("127.0.0.1", {port: "pages"})

    # Whoever looked has let it go again.
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", port))
        assert ours.getsockname()[1] == port


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux says who listens.")
def test_a_taken_port_is_refused_with_who_has_it_and_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(PortTaken) as refusal:
            require_free("127.0.0.1", {port: "pages"})

    assert f"Port {port}, needed for pages, is taken by" in str(refusal.value)
    assert f"(process {os.getpid()})" in str(refusal.value)
    assert f"--port {port + 10}" in str(refusal.value)


def test_an_address_of_another_machine_is_refused_with_what_to_do() -> None:
    with pytest.raises(PortTaken, match=r"no address 192\.0\.2\.1.*--host 127\.0\.0\.1"):
        require_free("192.0.2.1", {18999: "pages"})


def test_a_number_that_is_no_port_is_refused() -> None:
    with pytest.raises(PortTaken, match="from 1 to 65535"):
        require_free("127.0.0.1", {99999: "pages"})
