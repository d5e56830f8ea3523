from __future__ import annotations

from regulars.commerce.actions.rhythm import learn_shop_rhythm
from regulars.kit.worker import every


@every("20 2 * * *", "commerce.learn_rhythm")
def learn_rhythm(_planned: int) -> None:
    learn_shop_rhythm()
