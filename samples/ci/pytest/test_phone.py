# SPDX-License-Identifier: Apache-2.0
import pytest

import phone

pytestmark = pytest.mark.leaks


@pytest.mark.parametrize("word", [b"hello", b"good bye"])
def test_hangs_up_after_a_call(word):
    assert phone.make_call(word) == word


def test_hangs_up_when_the_line_is_busy():
    """It does not: that is the bug of phone.py."""
    assert phone.make_call(b"hello", busy=True) is None
