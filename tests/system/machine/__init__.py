# SPDX-License-Identifier: MIT
"""What the system tests share: Debian roots, a booted systemd, containers, the package that is tested."""
