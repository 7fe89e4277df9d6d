package interop.leshan.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.request.ReadRequest;
import org.eclipse.leshan.core.response.ReadResponse;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.registration.Registration;

/** Reads of one path one after the other, each timed from the request to its decoded answer. */
final class ReadSeries {
    private static final long TIMEOUT_MS = 10_000;

    private final LeshanServer leshan;
    private final Registration registration;
    private final ContentFormat format;
    private final String path;
    private int failures;
    private int payloadBytes;

    ReadSeries(LeshanServer leshan, Registration registration, String format, String path) {
        this.leshan = leshan;
        this.registration = registration;
        this.format = ContentFormat.fromName(format);
        this.path = path;
    }

    ObjectNode run(int count, int cold, int warm) throws InterruptedException {
        long[] nanoseconds = new long[count];
        for (int i = 0; i < count; i++) nanoseconds[i] = once();
        return JsonNodeFactory.instance.objectNode().put("event", "read").put("failures", failures)
            .put("payloadBytes", payloadBytes)
            .put("coldSeconds", seconds(Arrays.copyOf(nanoseconds, cold)))
            .put("warmSeconds", seconds(Arrays.copyOfRange(nanoseconds, count - warm, count)));
    }

    private long once() throws InterruptedException {
        long start = System.nanoTime();
        ReadResponse response = leshan.send(registration, new ReadRequest(format, path), TIMEOUT_MS);
        long taken = System.nanoTime() - start;
        if (response == null || !response.isSuccess()) failures++;
        else payloadBytes = ((Response) response.getCoapResponse()).getPayloadSize();
        return taken;
    }

    private static double seconds(long[] nanoseconds) {
        return Arrays.stream(nanoseconds).sum() / 1e9;
    }
}
