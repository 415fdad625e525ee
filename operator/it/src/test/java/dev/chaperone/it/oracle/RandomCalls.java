package dev.chaperone.it.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.it.oracle.World.Call;
import dev.chaperone.it.oracle.World.Schema;
import dev.chaperone.it.oracle.World.Server;
import dev.chaperone.it.oracle.World.Tool;
import dev.chaperone.it.oracle.World.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Makes calls of a world's tools, mostly such that fit. */
record RandomCalls(Random random, World world) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> DAMAGES = List.of("{\"k\":1,\"k\":2,", "{\"k\":9007199254740993,",
            "{\"k\":1e999,",
            "{\"k\":0.1000000000000000055511151231257827,", "{\"k\":\"\\ud800\",", "{,", "[{", "{\"k\":NaN,",
            "{\"k\":[1,],", "{'k':1,", "\ufeff{");

    Call next() {
        List<Server> servers = world.servers();
        Server server = servers.get(random.nextInt(servers.size()));
        List<Tool> tools = server.tools() == null
                ? Stream.of("run", "read", "any_name").map(name -> new Tool(name, null, null)).toList()
                : server.tools();
        Tool tool = tools.get(random.nextInt(tools.size()));
        boolean damaged = chance(2);
        Map<String, Object> arguments = arguments(tool.schema());
        String text = text(arguments);
        String damage = DAMAGES.get(random.nextInt(DAMAGES.size()));
        return new Call(chance(2) ? "gone" : server.name(), chance(2) ? "erase" : tool.name(), arguments,
                damaged ? damage + "\"z\":0" + (text.length() > 2 ? "," : "") + text.substring(1) : text, !damaged,
                "pod-" + random.nextInt(400), chance(1));
    }

    private Map<String, Object> arguments(Schema schema) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        Map<String, Type> members = schema == null
                ? Map.of("s", Type.STRING, "p", Type.STRING, "n", Type.INTEGER, "d", Type.NUMBER, "b", Type.BOOLEAN,
                        "l", Type.STRINGS, "o", Type.OBJECT, "x", Type.ANY)
                : schema.members();
        members.forEach((name, type) -> {
            boolean required = schema != null && schema.required().contains(name);
            if (chance(required ? 97 : 75)) {
                arguments.put(name, value(chance(schema == null ? 85 : 97) ? type : Type.ANY));
            }
        });
        if (chance(schema != null && schema.closed() ? 3 : 15)) {
            arguments.put("extra", value(Type.ANY));
        }
        return arguments;
    }

    private Object value(Type type) {
        return switch (type) {
            case INTEGER -> chance(10) ? (Object) (double) (random.nextInt(6) - 2) : RandomExpr.scalar(random, type);
            case NUMBER -> chance(30)
                    ? RandomExpr.scalar(random, Type.INTEGER)
                    : chance(5) ? (Object) 9007199254740991L : RandomExpr.scalar(random, type);
            case STRINGS -> list(Type.STRING);
            case OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                RandomWorld.OBJECT.forEach((name, member) -> {
                    if (chance(80)) {
                        object.put(name, value(member));
                    }
                });
                yield object;
            }
            case ANY -> switch (random.nextInt(7)) {
                case 0 -> value(Type.OBJECT);
                case 1 -> list(Type.INTEGER);
                case 2 -> list(Type.STRING);
                case 3 -> value(Type.INTEGER);
                case 4 -> value(Type.NUMBER);
                case 5 -> value(Type.BOOLEAN);
                default -> value(Type.STRING);
            };
            case STRING, BOOLEAN -> RandomExpr.scalar(random, type);
        };
    }

    private List<Object> list(Type type) {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(value(type));
        }
        return list;
    }

    private static String text(Map<String, Object> arguments) {
        try {
            return JSON.writeValueAsString(arguments);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
