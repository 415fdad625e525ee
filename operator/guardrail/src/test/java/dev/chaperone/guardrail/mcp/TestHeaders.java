package dev.chaperone.guardrail.mcp;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Header fields as a test writes them: names and values in turn. */
record TestHeaders(List<String> fields) implements Headers {
    static TestHeaders of(String... namesAndValues) {
        return new TestHeaders(List.of(namesAndValues));
    }

    TestHeaders with(String name, String value) {
        List<String> more = new ArrayList<>(fields);
        more.add(name);
        more.add(value);
        return new TestHeaders(more);
    }

    @Override
    public List<String> all(String name) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < fields.size(); i += 2) {
            if (fields.get(i).equalsIgnoreCase(name)) {
                values.add(fields.get(i + 1));
            }
        }
        return values;
    }

    @Override
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < fields.size(); i += 2) {
            names.add(fields.get(i));
        }
        return names;
    }
}
