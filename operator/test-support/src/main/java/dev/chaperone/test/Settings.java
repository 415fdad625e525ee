package dev.chaperone.test;

/** What whoever runs the tests decides: an environment variable, or a system property of its name, which goes before. */
final class Settings {
    private Settings() {}

    static String valueOf(String name, String otherwise) {
        return System.getProperty(name, System.getenv().getOrDefault(name, otherwise));
    }
}
