package interop;

import java.util.HashMap;
import java.util.Map;

/** Command-line arguments of the form {@code --name value}; a name at the end or before another name is a flag. */
public final class Arguments {
    private final Map<String, String> values = new HashMap<>();

    public Arguments(String[] args) {
        for (int i = 0; i < args.length; i++) {
            if (!args[i].startsWith("--")) throw new IllegalArgumentException("expected --name, got " + args[i]);
            boolean flag = i + 1 == args.length || args[i + 1].startsWith("--");
            values.put(args[i].substring(2), flag ? "" : args[++i]);
        }
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** The value, or null when the argument was not given. */
    public String get(String name) {
        return values.get(name);
    }

    public String get(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    public String required(String name) {
        if (!has(name)) throw new IllegalArgumentException("missing argument --" + name);
        return get(name);
    }

    public int number(String name, int otherwise) {
        return has(name) ? Integer.parseInt(get(name)) : otherwise;
    }
}
