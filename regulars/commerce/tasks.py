from __future__ import annotations

from regulars.commerce.actions.everybody import recount_everybody
from regulars.commerce.actions.rhythm import learn_shop_rhythm
from regulars.kit.actor import Actor
from regulars.kit.worker import BULK, every, task
from regulars.team.models import Member


@every("20 2 * * *", "commerce.learn_rhythm")
def learn_rhythm(_planned: int) -> None:
    learn_shop_rhythm()


@task("commerce.count_everything_anew", queue=BULK)
def count_everything_anew() -> None:
    recount_everybody(by=Actor.clock("figures"))


@task("commerce.load_demo", queue=BULK)
def load_demo_shop(member_id: int) -> None:
    from regulars.commerce.actions.demo import load_demo

    load_demo(_actor(member_id))


@task("commerce.remove_demo", queue=BULK)
def remove_demo_shop(member_id: int) -> None:
    from regulars.commerce.actions.demo import remove_demo

    remove_demo(_actor(member_id))


def _actor(member_id: int) -> Actor:
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        return Actor.clock("demo")
    return Actor("member", member.pk, str(member), member_id=member.pk)
