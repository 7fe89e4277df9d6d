package interop;

import java.io.IOException;

/** Ties this process to the one that started it: with {@code --attached} it ends when standard input does. */
public final class Lifeline {
    private Lifeline() {}

    public static void hold(Arguments args) {
        if (!args.has("attached")) return;
        Thread watcher = new Thread(() -> {
            try {
                while (System.in.read() >= 0) { /* what is said does not matter, only that it ends */ }
            } catch (IOException gone) { /* the same as its end */ }
            // halt, not exit: an orderly shutdown may wait for a peer that is gone
            Runtime.getRuntime().halt(0);
        }, "lifeline");
        watcher.setDaemon(true);
        watcher.start();
    }
}
