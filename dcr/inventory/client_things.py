"""Clients at Curity. Each whose secret Vault keeps is asked for by a token request, which needs no right; the rest is what Vault names.

Source: docs/vendors/curity.md, Token requests, Removal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from dcr.curity.admin.issuer import issuer_of
from dcr.curity.admin.state import CurityState
from dcr.curity.runtime.oauth import InvalidClient, Metadata
from dcr.errors import Passing
from dcr.inventory.claims import IdsInVault, LeftoverLine
from dcr.inventory.memory import KeptApplication, KeptTenant, VaultMemory
from dcr.inventory.questions import Questions, Unasked
from dcr.inventory.thing import Holder, Judgement, Thing
from dcr.model.tenant import Way
from dcr.secret import BasicCredentials
from dcr.steps.application.imported.client_record import former_client
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.settings import state_if_readable

LIVES, GONE = "lives", "gone"


@dataclass(frozen=True, slots=True)
class ClientLook:
    """What is needed to ask for clients."""

    ctx: StepContext
    questions: Questions
    memory: VaultMemory
    ids: IdsInVault

    def metadata(self) -> Metadata | Unasked:
        """Where tokens are to be had; shared by all questions."""
        return self.ctx.cached("inventory metadata", lambda: self.questions.ask(Holder.CURITY, self.metadata_or_raise))

    def metadata_or_raise(self) -> Metadata:
        """The same, for a question of several parts."""
        state = CurityState(None)
        if not self.ctx.platform.curity.issuer:
            found = state_if_readable(self.ctx)
            state = found if isinstance(found, CurityState) else state
        issuer = issuer_of(state, self.ctx.platform.curity)
        if not isinstance(issuer, str):
            raise Passing("curity", f"{issuer.field} {issuer.fault}", issuer.remedy)
        return self.ctx.oauth.metadata(issuer)

    def things(self, tenants: Collection[KeptTenant]) -> Iterator[Thing]:
        """Of these tenants, and the initial client's."""
        yield from self._initial()
        for tenant in tenants:
            for kept in tenant.applications:
                if kept.record.ours:
                    yield from self._of_record(tenant, kept)
        yield from self._named({tenant.slug for tenant in tenants})

    def _initial(self) -> Iterator[Thing]:
        kept, client_id = self.memory.initial, self.ctx.platform.curity.initial_client.id
        held = kept.values.get("client_id") if kept else None
        secret = kept.values.get("client_secret") if kept else None
        if not (held and secret) or held.get_secret_value() != client_id:
            return
        lives, why = self._asked(BasicCredentials(client_id, secret), "")
        judged = {LIVES: Judgement.OURS, GONE: Judgement.SECRET_MISSING}.get(lives, Judgement.UNKNOWN)
        yield _thing(client_id, "the platform's initial client", judged, why, "", "" if judged is Judgement.OURS else "dcr prepare")

    def _of_record(self, tenant: KeptTenant, kept: KeptApplication) -> Iterator[Thing]:
        credentials = kept.record.credentials
        if credentials:
            lives, why = self._asked(credentials, kept.record.text("token_endpoint"))
            if lives == GONE and kept.former:
                return  # nothing is left of it but the record, which is a thing of its own
            judged, settle = self._judged(tenant, kept, lives)
            since = kept.record.text("registered_at") or kept.since
            yield _thing(kept.client_id, f"of {tenant.slug}/{kept.name}", judged, why, tenant.slug, settle, since)
        replaced = former_client(kept.record)
        if replaced and replaced.client_id not in self.ids.clients:  # what a record needs is never left over
            why = f"{kept.where} has replaced it, and it is not removed yet"
            yield _thing(replaced.client_id, f"of {tenant.slug}/{kept.name}", Judgement.ORPHAN, why, tenant.slug, tenant.settle)

    def _judged(self, tenant: KeptTenant, kept: KeptApplication, lives: str) -> tuple[Judgement, str]:
        if lives == LIVES:
            if kept.former:
                return Judgement.ORPHAN, tenant.settle
            return (Judgement.OURS, "") if kept.known else (Judgement.UNKNOWN, tenant.settle)
        if lives == GONE:
            replace = f" --replace {kept.name}" if kept.record.text("way") == Way.IMPORT else ""
            return Judgement.SECRET_MISSING, f"{tenant.settle}{replace}"
        return Judgement.UNKNOWN, "Ask again when Curity answers."

    def _asked(self, credentials: BasicCredentials, endpoint: str) -> tuple[str, str]:
        """Whether a token is given, and the words for it; neither word: it cannot be told."""
        metadata = None if endpoint else self.metadata()
        if isinstance(metadata, Unasked):
            return "", metadata.why
        where = endpoint or (metadata.token_endpoint if metadata else "")

        def ask() -> str:
            try:
                self.ctx.oauth.token(where, credentials.username, credentials.password)
            except InvalidClient:
                return GONE
            return LIVES

        answer = self.questions.ask(Holder.CURITY, ask)
        if isinstance(answer, Unasked):
            return "", answer.why
        return answer, "its secret gets a token" if answer == LIVES else "invalid_client: it is gone, disabled, or has another secret now"

    def _named(self, slugs: Collection[str]) -> Iterator[Thing]:
        """Clients that records and receipts name as possible orphans."""
        replaced = (former_client(kept.record) for kept in self.memory.applications())
        told = {one.client_id for one in replaced if one}
        for tenant, line in self.ids.lines:
            if tenant.slug not in slugs or (line.client_id and line.client_id in told):
                continue
            told |= {line.client_id} - {""}
            tail = f", then take its line out of {line.where}." if line.in_list else f", then {tenant.settle}"
            if line.client_id in self.ids.clients:
                yield _mistaken(tenant, line)
                continue
            if line.client_id:
                judged, why = Judgement.ORPHAN, f"{line.where} names it as a possible orphan"
                settle = f"Remove client {line.client_id} at Curity by its id{tail}"
            else:
                judged, why = Judgement.UNKNOWN, f"{line.where}: its registration was never answered, so it may be there"
                mark = f" with the property {line.mark}" if line.mark else ""
                settle = f"Look at Curity for a client named {line.name}{mark}, remove it by its id unless a record has that{tail}"
            yield _thing(line.client_id or line.mark, line.name, judged, why, tenant.slug, settle, line.since)


def _mistaken(tenant: KeptTenant, line: LeftoverLine) -> Thing:
    """A line about a client that a record has: the client is a thing of its own, and lives."""
    return Thing(
        system=Holder.VAULT,
        kind="possible orphan",
        name=line.client_id,
        where=line.where,
        judged=Judgement.OURS,
        why="a record in Vault has this client id: it is none",
        tenant=tenant.slug,
        since=line.since,
        settle=f"Take its line out of {line.where}.",
    )


def _thing(client_id: str, name: str, judged: Judgement, why: str, tenant: str, settle: str, since: str = "") -> Thing:
    return Thing(
        system=Holder.CURITY,
        kind="client",
        name=name,
        where=client_id or "without an id",
        judged=judged,
        why=why,
        tenant=tenant,
        since=since,
        settle=settle,
    )
