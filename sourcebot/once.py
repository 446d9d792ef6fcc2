"""Values made when first wanted, once for each object, however many threads ask at the same time.

`functools.cached_property` has one lock for all objects of a class (Python 3.11) or none (since
3.12): one object's readers would wait for another's, or each would do the same long work.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, TypeVar, overload

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class made_once(Generic[Owner, Value]):
    """A property that is made by the first thread that wants it; the others of its object wait.

    Where making it fails, the error is raised and the next who asks tries again.
    """

    def __init__(self, make: Callable[[Owner], Value]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, owner: None, kind: type[Owner]) -> made_once[Owner, Value]: ...

    @overload
    def __get__(self, owner: Owner, kind: type[Owner]) -> Value: ...

    def __get__(self, owner: Owner | None, kind: type[Owner]) -> made_once[Owner, Value] | Value:
        # Once it is made, Python finds it in the object itself and does not come here.
        if owner is None:
            return self
        kept: dict[str, Any] = vars(owner)
        with kept.setdefault(f"{self._name} is being made", RLock()):
            if self._name not in kept:
                kept[self._name] = self._make(owner)
        kept.pop(f"{self._name} is being made", None)
        value: Value = kept[self._name]
        return value
