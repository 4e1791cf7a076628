using System.Buffers.Binary;
using System.Text;

namespace Xen.Hypervisor;

/// <summary>
/// The page that the domain builder leaves for a PV kernel (struct start_info of the public headers): its memory, its store and
/// console rings and its command line. The kernel finds it through its boot virtual CPU's context.
/// </summary>
public sealed record StartInfo
{
    /// <summary>What a kernel must find at the beginning of the page.</summary>
    public const string Magic = "xen-3.0-x86_64";

    public const int CommandLineLength = 1024;

    private const int MagicLength = 32;
    private const int NrPagesOffset = 32;
    private const int SharedInfoOffset = 40;
    private const int FlagsOffset = 48;
    private const int StoreMfnOffset = 56;
    private const int StoreEventChannelOffset = 64;
    private const int ConsoleMfnOffset = 72;
    private const int ConsoleEventChannelOffset = 80;
    private const int MfnListOffset = 104;
    private const int CommandLineOffset = 128;
    private const int FirstP2mPfnOffset = 1152;
    private const int NrP2mFramesOffset = 1160;

    public ulong NrPages { get; init; }

    /// <summary>The machine address of shared_info.</summary>
    public ulong SharedInfo { get; init; }

    public uint Flags { get; init; }

    public ulong StoreMfn { get; init; }

    public uint StoreEventChannel { get; init; }

    public ulong ConsoleMfn { get; init; }

    public uint ConsoleEventChannel { get; init; }

    public string CommandLine { get; init; } = "";

    /// <summary>The virtual address of the table of pages that the builder has filled.</summary>
    public ulong MfnList { get; init; }

    public ulong FirstP2mPfn { get; init; }

    public ulong NrP2mFrames { get; init; }

    /// <summary>Fills the page. A command line that is too long is cut, as the real builder does.</summary>
    public void WriteTo(MappedPage page)
    {
        page.Write.Clear();
        Encoding.ASCII.GetBytes(Magic, page.Write);
        page.WriteUInt64(NrPagesOffset, NrPages);
        page.WriteUInt64(SharedInfoOffset, SharedInfo);
        page.WriteUInt32(FlagsOffset, Flags);
        page.WriteUInt64(StoreMfnOffset, StoreMfn);
        page.WriteUInt32(StoreEventChannelOffset, StoreEventChannel);
        page.WriteUInt64(ConsoleMfnOffset, ConsoleMfn);
        page.WriteUInt32(ConsoleEventChannelOffset, ConsoleEventChannel);
        page.WriteUInt64(MfnListOffset, MfnList);
        page.WriteUInt64(FirstP2mPfnOffset, FirstP2mPfn);
        page.WriteUInt64(NrP2mFramesOffset, NrP2mFrames);
        var text = CommandLine.Length < CommandLineLength ? CommandLine : CommandLine[..(CommandLineLength - 1)];
        Encoding.ASCII.GetBytes(text, page.Write[CommandLineOffset..]);
    }

    /// <summary>What a kernel reads from the page; null when it is not a start_info page.</summary>
    public static StartInfo? ReadFrom(MappedPage page)
    {
        if (Text(page.Read[..MagicLength]) != Magic)
        {
            return null;
        }

        return new StartInfo
        {
            NrPages = page.ReadUInt64(NrPagesOffset),
            SharedInfo = page.ReadUInt64(SharedInfoOffset),
            Flags = page.ReadUInt32(FlagsOffset),
            StoreMfn = page.ReadUInt64(StoreMfnOffset),
            StoreEventChannel = page.ReadUInt32(StoreEventChannelOffset),
            ConsoleMfn = page.ReadUInt64(ConsoleMfnOffset),
            ConsoleEventChannel = page.ReadUInt32(ConsoleEventChannelOffset),
            CommandLine = Text(page.Read.Slice(CommandLineOffset, CommandLineLength)),
            MfnList = page.ReadUInt64(MfnListOffset),
            FirstP2mPfn = page.ReadUInt64(FirstP2mPfnOffset),
            NrP2mFrames = page.ReadUInt64(NrP2mFramesOffset),
        };
    }

    /// <summary>
    /// Before it suspends itself a guest replaces the frames of store and console by their page numbers; whoever restores it
    /// (or it itself, when it goes on) puts frames there again.
    /// </summary>
    public static void SetRings(MappedPage page, ulong store, ulong console)
    {
        page.WriteUInt64(StoreMfnOffset, store);
        page.WriteUInt64(ConsoleMfnOffset, console);
    }

    /// <summary>What a restore changes in the page.</summary>
    public static void Update(MappedPage page, ulong nrPages, ulong sharedInfo, ulong store, uint storePort, ulong console, uint consolePort)
    {
        page.WriteUInt64(NrPagesOffset, nrPages);
        page.WriteUInt64(SharedInfoOffset, sharedInfo);
        page.WriteUInt32(FlagsOffset, 0);
        SetRings(page, store, console);
        page.WriteUInt32(StoreEventChannelOffset, storePort);
        page.WriteUInt32(ConsoleEventChannelOffset, consolePort);
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
