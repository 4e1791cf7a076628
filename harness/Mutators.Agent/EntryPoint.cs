using System.Reflection;

namespace Mutators.Agent;

/// <summary>The program's entry point as a plain call, so that an exception's stack holds the program's frames and one of ours.</summary>
internal static class EntryPoint
{
    /// <summary>Whether the entry point returns nothing: then the exit code is what the program has set.</summary>
    internal static bool IsVoid { get; private set; }

    internal static Func<string[], int> Of(Assembly program)
    {
        var method = program.EntryPoint!;
        var takesArguments = method.GetParameters().Length == 1;
        IsVoid = method.ReturnType == typeof(void);
        if (IsVoid)
        {
            return takesArguments
                ? WithoutCode(method.CreateDelegate<Action<string[]>>())
                : WithoutCode(method.CreateDelegate<Action>());
        }

        if (method.ReturnType == typeof(uint))
        {
            return takesArguments
                ? Unsigned(method.CreateDelegate<Func<string[], uint>>())
                : Unsigned(method.CreateDelegate<Func<uint>>());
        }

        return takesArguments ? method.CreateDelegate<Func<string[], int>>() : WithoutArguments(method.CreateDelegate<Func<int>>());
    }

    private static Func<string[], int> WithoutCode(Action<string[]> main) => arguments =>
    {
        main(arguments);
        return 0;
    };

    private static Func<string[], int> WithoutCode(Action main) => _ =>
    {
        main();
        return 0;
    };

    private static Func<string[], int> Unsigned(Func<string[], uint> main) => arguments => (int)main(arguments);

    private static Func<string[], int> Unsigned(Func<uint> main) => _ => (int)main();

    private static Func<string[], int> WithoutArguments(Func<int> main) => _ => main();
}
