package interop.est;

import java.util.Arrays;

/** Reads DER (X.690) value by value. Throws IllegalArgumentException where it ends too early. */
final class DerInput {
    /** One value: its tag, its content, and all of it. */
    record Value(int tag, byte[] content, byte[] whole) {
        DerInput enter() {
            return new DerInput(content);
        }
    }

    private final byte[] bytes;
    private int at;

    DerInput(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean done() {
        return at == bytes.length;
    }

    Value next() {
        int start = at;
        int tag = octet();
        int length = octet();
        if (length >= 0x80) {
            int count = length & 0x7F;
            if (count > 3) throw new IllegalArgumentException("a length of " + count + " octets");
            length = 0;
            while (count-- > 0) length = length << 8 | octet();
        }
        if (length > bytes.length - at) throw new IllegalArgumentException("the value at " + start + " is cut off");
        at += length;
        return new Value(tag, Arrays.copyOfRange(bytes, at - length, at), Arrays.copyOfRange(bytes, start, at));
    }

    private int octet() {
        if (done()) throw new IllegalArgumentException("DER is cut off");
        return bytes[at++] & 0xFF;
    }
}
