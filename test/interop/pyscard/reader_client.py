"""A PC/SC client driven by lines: connect READER, transmit HEX, reset, drop. Answers a line of JSON each."""

import json
import sys

from smartcard import scard

PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1


class Failed(Exception):
    pass


def checked(result, *values):
    if result != scard.SCARD_S_SUCCESS:
        raise Failed(f"{scard.SCardGetErrorMessage(result)} (0x{result & 0xFFFFFFFF:08X})")
    return values[0] if len(values) == 1 else values


class Client:
    def __init__(self):
        self.context = None
        self.card = None
        self.protocol = None

    def connect(self, reader):
        """Connects to a card that answers, waiting for one at most 20 s, and gives its ATR."""
        self.drop()
        self.context = checked(*scard.SCardEstablishContext(scard.SCARD_SCOPE_USER))
        known = scard.SCARD_STATE_UNAWARE
        for _ in range(40):
            try:
                return self.try_connect(reader)
            except Failed as failure:
                last = failure
            _, states = scard.SCardGetStatusChange(self.context, 500, [(reader, known)])
            known = states[0][1] if states else known
        raise last

    def try_connect(self, reader):
        result, card, protocol = scard.SCardConnect(self.context, reader, scard.SCARD_SHARE_SHARED, PROTOCOLS)
        self.card, self.protocol = checked(result, card, protocol)
        try:
            # pcscd lets us connect to a card that went away since its last look: only an answer proves it.
            self.transmit("00C0000000")
            return bytes(checked(*scard.SCardStatus(card))[3]).hex()
        except Failed:
            scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
            self.card = None
            raise

    def transmit(self, command):
        pci = scard.SCARD_PCI_T0 if self.protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        answer = bytes(checked(*scard.SCardTransmit(self.card, pci, list(bytes.fromhex(command)))))
        # A card that goes away meanwhile shows as success without data.
        if len(answer) < 2:
            raise Failed(f"answer of {len(answer)} bytes")
        return answer.hex()

    def reset(self, _=""):
        result, self.protocol = scard.SCardReconnect(
            self.card, scard.SCARD_SHARE_SHARED, PROTOCOLS, scard.SCARD_RESET_CARD
        )
        checked(result)
        return "reset"

    def drop(self, _=""):
        if self.card is not None:
            scard.SCardDisconnect(self.card, scard.SCARD_LEAVE_CARD)
        if self.context is not None:
            scard.SCardReleaseContext(self.context)
        self.card = self.context = None
        return "dropped"


def main():
    client = Client()
    actions = {
        "connect": client.connect,
        "transmit": client.transmit,
        "reset": client.reset,
        "drop": client.drop,
    }
    for line in sys.stdin:
        name, _, argument = line.strip().partition(" ")
        try:
            answer = {"ok": actions[name](argument)}
        except Failed as failure:
            answer = {"failed": str(failure)}
        print(json.dumps(answer), flush=True)


main()
