using System.Globalization;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>What the verbs of xl share: arguments that name domains, messages, exit codes.</summary>
public abstract class XlCommand(XlProcess process)
{
    protected XlProcess Process => process;

    protected LibxlContext Context => process.Context;

    /// <summary>Takes a domain argument, a number or a name; ends the process when there is no such name.</summary>
    protected bool FindDomain(string given, out int domid)
    {
        if (new DomainNames(Context).Resolve(given, out domid) == LibxlError.Ok) return true;
        Fail($"{given} is an invalid domain identifier (rc={(int)LibxlError.Invalid})");
        return false;
    }

    /// <summary>Checks the number of arguments that are left after the options.</summary>
    protected bool Require(List<string> arguments, string verb, int least, int most)
    {
        if (arguments.Count < least)
        {
            Fail($"'xl {verb}' requires at least {least} argument{(least == 1 ? "" : "s")}.");
            return false;
        }
        if (arguments.Count > most)
        {
            Fail($"'xl {verb}': too many arguments.");
            return false;
        }
        return true;
    }

    protected bool Require(List<string> arguments, string verb, int count) => Require(arguments, verb, count, count);

    /// <summary>Takes an option with a value out of the arguments; null when it is not there. False when its value is missing.</summary>
    protected bool TakeOption(List<string> arguments, string option, out string? value)
    {
        value = null;
        var at = arguments.IndexOf(option);
        if (at < 0) return true;
        if (at + 1 == arguments.Count)
        {
            Fail($"option requires an argument -- '{option.TrimStart('-')}'");
            return false;
        }
        value = arguments[at + 1];
        arguments.RemoveRange(at, 2);
        return true;
    }

    protected void Finish(LibxlError rc) => process.Exit(rc == LibxlError.Ok ? XlMain.ExitSuccess : XlMain.ExitFailure);

    protected void Fail(string text)
    {
        Context.Log.Program(text);
        process.Exit(XlMain.ExitFailure);
    }

    protected static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    protected static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
