using System.Runtime.InteropServices;

namespace Benchmarks;

/// <summary>Processor time of this process and of the processes which it has started and which have ended (getrusage(2)). Unix.</summary>
internal static partial class ProcessorTime
{
    private const int Self = 0;
    private const int Children = -1;

    public static TimeSpan OfAll() => Own() + OfChildren();

    public static TimeSpan Own() => Of(Self);

    /// <summary>Of the processes that have ended, and of theirs.</summary>
    public static TimeSpan OfChildren() => Of(Children);

    private static TimeSpan Of(int whose) =>
        GetResourceUsage(whose, out var usage) == 0 ? usage.User.Duration + usage.System.Duration : throw new InvalidOperationException($"getrusage fails with {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetResourceUsage(int whose, out Usage usage);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Microseconds;

        public readonly TimeSpan Duration => TimeSpan.FromSeconds(Seconds) + TimeSpan.FromMicroseconds(Microseconds);
    }

    /// <summary>The two times, and 14 numbers that nobody here reads.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct Usage
    {
        public Time User;
        public Time System;
    }
}
