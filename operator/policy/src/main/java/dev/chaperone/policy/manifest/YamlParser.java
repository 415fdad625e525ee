package dev.chaperone.policy.manifest;

import dev.chaperone.policy.manifest.Node.Entry;
import dev.chaperone.policy.manifest.Node.Mapping;
import dev.chaperone.policy.manifest.Node.Place;
import dev.chaperone.policy.manifest.Node.Scalar;
import dev.chaperone.policy.manifest.Node.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * Builds trees from the parser's events rather than by its own composer, which recurses as deep as the text nests and
 * expands aliases without counting.
 */
final class YamlParser {
    private static final Pattern EXPRESSION = Pattern.compile("\\b(?:when|expression):\\s+\\S");
    private static final Pattern MISREAD = Pattern
            .compile("expected <block end>|expected ',' or|mapping values are not");
    static final int MAX_DEPTH = 64;
    /** Values of a document, those that aliases repeat included. */
    static final int MAX_NODES = 200_000;
    private static final int LONGEST_KEY = 1024;

    private final ManifestText text;
    private final int firstLine;
    private final Iterator<Event> events;
    private final Map<String, Anchored> anchors = new HashMap<>();
    private final Map<Integer, int[]> surrogatePairs = new HashMap<>();
    private int nodes;
    private int deepest;

    /** What an alias repeats: how many values that is, and how many levels below its own. */
    private record Anchored(Node node, int size, int height) {}

    private YamlParser(ManifestText text, int firstLine, Iterator<Event> events) {
        this.text = text;
        this.firstLine = firstLine;
        this.events = events;
    }

    /**
     * The trees of a part of a file, without those of empty documents.
     *
     * @param firstLine the line of the file with which the part begins, from 1
     */
    static List<Node> parse(ManifestText text, int firstLine, String part) throws YamlException {
        refuseUnprintable(part, firstLine);
        LoadSettings settings = LoadSettings.builder().setUseMarks(true).setCodePointLimit(Integer.MAX_VALUE).build();
        YamlParser parser = new YamlParser(text, firstLine, new Parse(settings).parseString(part).iterator());
        try {
            return parser.documents();
        } catch (MarkedYamlEngineException e) {
            Place place = parser.place(e.getProblemMark().or(e::getContextMark));
            throw new YamlException(place, "not YAML: " + oneLine(e.getProblem()),
                    mend(text, place, String.valueOf(e.getProblem())));
        } catch (RuntimeException e) {
            // Whatever the parser trips over is the text's fault: there is nothing else that it works on.
            throw new YamlException(new Place(firstLine, 1), "not YAML: " + oneLine(e.getMessage()), null);
        }
    }

    private static void refuseUnprintable(String part, int firstLine) throws YamlException {
        int line = firstLine;
        int lineStart = 0;
        for (int i = 0; i < part.length(); i += Character.charCount(part.codePointAt(i))) {
            int c = part.codePointAt(i);
            boolean newline = c == '\n' || (c == '\r' && (i + 1 == part.length() || part.charAt(i + 1) != '\n'));
            if (newline) {
                line++;
                lineStart = i + 1;
            } else if ((c < ' ' && c != '\t' && c != '\r') || (c >= 0x7f && c < 0xa0 && c != 0x85)
                    || Character.getType(c) == Character.SURROGATE || c == 0xfffe || c == 0xffff) {
                throw new YamlException(new Place(line, i - lineStart + 1),
                        String.format("the character U+%04X may not stand in YAML", c), null);
            }
        }
    }

    private static String oneLine(@Nullable String message) {
        return message == null ? "unreadable" : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static @Nullable String mend(ManifestText text, Place place, String problem) {
        String line = text.line(place.line());
        if (line.substring(0, Math.clamp(place.column(), 0, line.length())).contains("\t")) {
            return "YAML is indented with spaces, never with tabs";
        }
        // An expression that begins with a quote, or has a colon in it: the commonest accident in policies.
        return EXPRESSION.matcher(line).find() && MISREAD.matcher(problem).find()
                ? "write the expression on a line of its own, further in, after 'when: |-'"
                : null;
    }

    private List<Node> documents() throws YamlException {
        List<Node> documents = new ArrayList<>();
        while (events.hasNext()) {
            if (events.next() instanceof DocumentStartEvent) {
                anchors.clear();
                nodes = 0;
                deepest = 0;
                Node root = node(events.next(), 0);
                if (!isEmpty(root)) {
                    documents.add(root);
                }
            }
        }
        return documents;
    }

    private static boolean isEmpty(Node root) {
        return root instanceof Scalar scalar && scalar.meaning().value().isNull();
    }

    private Node node(Event event, int depth) throws YamlException {
        Place start = place(event.getStartMark());
        reach(depth, start);
        if (event instanceof AliasEvent alias) {
            return resolve(alias, depth, start);
        }
        int nodesBefore = nodes;
        int deepestBefore = deepest;
        deepest = depth;
        count(1, start);
        refuseTag(event, start);
        Node node = switch (event) {
            case ScalarEvent scalar -> new Scalar(scalar.getValue(), scalar.getScalarStyle(), start,
                    place(scalar.getEndMark()));
            case SequenceStartEvent sequence -> sequence(start, depth);
            case MappingStartEvent mapping -> mapping(start, depth);
            default -> throw new YamlException(start, "not YAML: " + event.getEventId(), null);
        };
        Anchored anchored = new Anchored(node, nodes - nodesBefore, deepest - depth);
        ((NodeEvent) event).getAnchor().ifPresent(anchor -> anchors.put(anchor.toString(), anchored));
        deepest = Math.max(deepest, deepestBefore);
        return node;
    }

    private Node resolve(AliasEvent alias, int depth, Place at) throws YamlException {
        Anchored anchored = anchors.get(alias.getAlias().toString());
        if (anchored == null) {
            throw new YamlException(at, "the alias *" + alias.getAlias() + " has no anchor before it", null);
        }
        count(anchored.size(), at);
        reach(depth + anchored.height(), at);
        return anchored.node();
    }

    private void reach(int depth, Place at) throws YamlException {
        deepest = Math.max(deepest, depth);
        if (depth > MAX_DEPTH) {
            throw new YamlException(at, "nested deeper than " + MAX_DEPTH, null);
        }
    }

    private void count(int more, Place at) throws YamlException {
        nodes += more;
        if (nodes > MAX_NODES) {
            throw new YamlException(at, "more than " + MAX_NODES + " values", null);
        }
    }

    private static void refuseTag(Event event, Place start) throws YamlException {
        Optional<String> tag = switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case CollectionStartEvent collection -> collection.getTag();
            default -> Optional.empty();
        };
        if (tag.isPresent()) {
            throw new YamlException(start, "tags are not read: " + tag.get(), "remove the tag; quote what is a string");
        }
    }

    private Sequence sequence(Place start, int depth) throws YamlException {
        List<Node> items = new ArrayList<>();
        for (Event event = events.next(); !(event instanceof SequenceEndEvent); event = events.next()) {
            items.add(node(event, depth + 1));
        }
        return new Sequence(List.copyOf(items), start);
    }

    private Mapping mapping(Place start, int depth) throws YamlException {
        List<Entry> entries = new ArrayList<>();
        for (Event event = events.next(); !(event instanceof MappingEndEvent); event = events.next()) {
            if (!(node(event, depth + 1) instanceof Scalar key)) {
                throw new YamlException(place(event.getStartMark()), "a key is a string", null);
            }
            if (key.text().length() > LONGEST_KEY) {
                throw new YamlException(key.start(), "a key of more than " + LONGEST_KEY + " characters", null);
            }
            entries.add(new Entry(key, node(events.next(), depth + 1)));
        }
        return new Mapping(List.copyOf(entries), start);
    }

    private Place place(Optional<Mark> mark) {
        if (mark.isEmpty()) {
            return new Place(firstLine, 1);
        }
        int line = firstLine + mark.get().getLine();
        int column = mark.get().getColumn();
        int[] pairs = surrogatePairs.computeIfAbsent(line, this::pairsOf);
        int found = Arrays.binarySearch(pairs, column);
        int before = found < 0 ? -found - 1 : found;
        return new Place(line, Math.min(column + before, text.line(line).length()) + 1);
    }

    // The parser counts code points, editors and messages count UTF-16. Kept for each line: a file of one long line asks
    // for its every value.
    private int[] pairsOf(int line) {
        int[] column = {0};
        return text.line(line).codePoints()
                .map(c -> Character.isSupplementaryCodePoint(c) ? column[0]++ : -1 - column[0]++)
                .filter(c -> c >= 0).toArray();
    }
}
