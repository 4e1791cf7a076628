internal static class Observe
{
    public static void Phase(string name) => Console.WriteLine($$"""{"observe":"phase","name":"{{name}}"}""");

    public static void Component(string name, string kind, string what) =>
        Console.WriteLine($$"""{"observe":"component","name":"{{name}}","kind":"{{kind}}","event":"{{what}}"}""");

    public static void Operation(string name, int code) =>
        Console.WriteLine(code == 0 ? $$"""{"observe":"operation","name":"{{name}}","code":0}""" : $$"""{"observe":"operation","name":"{{name}}","code":{{code}},"error":"no such image"}""");

    public static void Verdict(string kind, string name, bool ok) => Console.WriteLine($$"""{"observe":"{{kind}}","name":"{{name}}","ok":{{(ok ? "true" : "false")}},"value":"7"}""");

    public static void Time(string name, int value) => Console.WriteLine($$"""{"observe":"resource","name":"{{name}}","value":{{value}}}""");
}
