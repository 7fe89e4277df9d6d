package interop.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Server-sent events to any number of listeners, each for one endpoint or for all. */
final class EventStreams {
    private final Map<BlockingQueue<String>, String> listeners = new ConcurrentHashMap<>();

    /** To all who listen to this endpoint or to every endpoint. */
    void send(String name, String endpoint, JsonNode data) {
        String event = "event: " + name + "\ndata: " + data + "\n\n";
        listeners.forEach((queue, wanted) -> {
            if (wanted.isEmpty() || wanted.equals(endpoint)) queue.add(event);
        });
    }

    /** Only to those who listen to this one endpoint: for events too many for the others. */
    void sendToItsOwn(String name, String endpoint, JsonNode data) {
        String event = "event: " + name + "\ndata: " + data + "\n\n";
        listeners.forEach((queue, wanted) -> {
            if (wanted.equals(endpoint)) queue.add(event);
        });
    }

    /** Writes events until the listener goes away. The first line is a comment: by then nothing is missed any more. */
    void serve(String endpoint, OutputStream out) {
        BlockingQueue<String> queue = new LinkedBlockingQueue<>();
        queue.add(": listening\n\n");
        listeners.put(queue, endpoint == null ? "" : endpoint);
        try (out) {
            while (true) {
                String event = queue.poll(10, TimeUnit.SECONDS);
                out.write((event == null ? ": still here\n\n" : event).getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } catch (IOException | InterruptedException gone) {
            // nothing to do but to forget this listener
        } finally {
            listeners.remove(queue);
        }
    }
}
