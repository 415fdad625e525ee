package dev.chaperone.cli;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * What {@code java -jar} starts. Every Java from 8 on can load this class; under one that is too old for the rest it
 * looks for a newer one on this machine and hands over to it.
 */
public final class Launcher {
    private static final int NEEDED = 25;
    private static final int ENVIRONMENT = 3;
    /** Tells the process that is handed over to whom to outlive by no means. */
    static final String PARENT = "chaperone.launcher.pid";

    private Launcher() {}

    public static void main(String[] arguments) throws Throwable {
        if (feature(System.getProperty("java.specification.version")) >= NEEDED) {
            Class.forName("dev.chaperone.cli.ChaperoneMain")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
            return;
        }
        File java = newest();
        if (java == null) {
            System.err.println("chaperone needs Java " + NEEDED + " or newer, this is Java "
                    + System.getProperty("java.version") + ": install one, or name it in JAVA_HOME");
            System.exit(ENVIRONMENT);
        }
        System.exit(run(java, arguments));
    }

    private static int run(File java, String[] arguments) throws IOException, InterruptedException, URISyntaxException {
        List<String> command = new ArrayList<String>();
        command.add(java.getPath());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-D" + PARENT + "=" + ManagementFactory.getRuntimeMXBean().getName().split("@")[0]);
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-jar");
        command.add(new File(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI()).getPath());
        for (String argument : arguments) {
            command.add(argument);
        }
        final Process process = new ProcessBuilder(command).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(new Runnable() {
            @Override
            public void run() {
                process.destroy();
                try {
                    process.waitFor();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }));
        return process.waitFor();
    }

    private static File newest() {
        File best = null;
        int bestFeature = NEEDED - 1;
        for (File home : homes()) {
            File java = new File(home, "bin" + File.separator + "java");
            int feature = java.canExecute() ? feature(version(home)) : 0;
            if (feature > bestFeature) {
                best = java;
                bestFeature = feature;
            }
        }
        return best;
    }

    private static List<File> homes() {
        List<File> homes = new ArrayList<File>();
        for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
            if (variable.getKey().startsWith("JAVA_HOME") || variable.getKey().startsWith("JDK_HOME")) {
                homes.add(new File(variable.getValue()));
            }
        }
        String user = System.getProperty("user.home");
        String[] roots = {
            "/usr/lib/jvm", "/usr/java", "/opt", "/opt/java", "/usr/local", "/Library/Java/JavaVirtualMachines",
            user + "/.sdkman/candidates/java", user + "/.jdks", user + "/.local/share/mise/installs/java",
            user + "/Library/Java/JavaVirtualMachines"
        };
        for (String root : roots) {
            File[] found = new File(root).listFiles();
            if (found != null) {
                for (File home : found) {
                    homes.add(home);
                    homes.add(new File(home, "Contents/Home"));
                }
            }
        }
        return homes;
    }

    // Every JDK and JRE carries a file that says what it is, so none has to be started to be asked.
    private static String version(File home) {
        File release = new File(home, "release");
        if (!release.isFile()) {
            return "0";
        }
        Properties properties = new Properties();
        try (InputStream in = new FileInputStream(release)) {
            properties.load(in);
        } catch (IOException e) {
            return "0";
        }
        return properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
    }

    private static int feature(String version) {
        String[] parts = version.split("[.+_-]");
        try {
            int first = Integer.parseInt(parts[0]);
            return first == 1 && parts.length > 1 ? Integer.parseInt(parts[1]) : first;
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
