using System.Globalization;

namespace Benchmarks;

/// <summary>Processor time, from Linux' own account.</summary>
internal static class Cpu
{
    private const int UserOfChildren = 13;
    private const int SystemOfChildren = 14;

    /// <summary>Clock ticks in a second; 100 on every Linux that .NET runs on.</summary>
    private const double Ticks = 100;

    /// <summary>Seconds of this process.</summary>
    public static double Own() => Environment.CpuUsage.TotalTime.TotalSeconds;

    /// <summary>Seconds of the processes that end meanwhile, and of theirs.</summary>
    public static double OfChildren(Action work)
    {
        var before = OfChildren();
        work();
        return OfChildren() - before;
    }

    private static double OfChildren()
    {
        // The name of the program stands in brackets and may hold blanks.
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[UserOfChildren], CultureInfo.InvariantCulture) + long.Parse(fields[SystemOfChildren], CultureInfo.InvariantCulture)) / Ticks;
    }
}
