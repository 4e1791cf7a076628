using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Xen.XenHost;

/// <summary>
/// The xl command outside of the simulated machine: takes the files that the arguments name along, has the host run the command, and prints
/// what comes back.
/// </summary>
public sealed partial class XlCommand(RunFolder folder, string directory, Stream output, Stream error)
{
    /// <summary>Verbs whose first argument that is no option names a file to read.</summary>
    private static readonly string[] FileVerbs = ["create", "restore"];

    /// <summary>The bytes of an image that is taken along: the simulated Dom0 keeps it in memory.</summary>
    private const int MaxImage = CommandFrame.MaxContent / 2;

    /// <summary>Runs the command and returns its exit code.</summary>
    public int Run(IReadOnlyList<string> arguments)
    {
        using var socket = RunFolder.Connect(folder.CommandSocket);
        if (socket is null)
        {
            throw new HostException($"no host is running: nothing listens on {folder.CommandSocket} (start one with samples/host.sh)");
        }
        try
        {
            foreach (var frame in Request(arguments)) SendAll(socket, frame.Encode());
            return PrintReply(socket);
        }
        catch (SocketException)
        {
            throw new HostException("the host has gone away");
        }
    }

    private List<CommandFrame> Request(IReadOnlyList<string> arguments)
    {
        var frames = new List<CommandFrame>();
        var named = FileArgument(arguments);
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (i == named)
            {
                // Dom0 has no working directory: the file goes there under its full name.
                argument = Path.GetFullPath(argument, directory);
                frames.Add(FileFrame(CommandFrameKind.File, argument));
                frames.AddRange(Images(Encoding.Latin1.GetString(frames[^1].Content)));
            }
            else
            {
                frames.AddRange(Images(argument));
            }
            frames.Add(new CommandFrame(CommandFrameKind.Argument, Encoding.UTF8.GetBytes(argument)));
        }
        frames.Add(new CommandFrame(CommandFrameKind.Run, []));
        return frames;
    }

    /// <summary>Which argument is a file that exists here; -1 when none is, and Dom0 has to know what it means.</summary>
    private int FileArgument(IReadOnlyList<string> arguments)
    {
        var given = 0;
        while (given < arguments.Count && arguments[given].StartsWith('-')) given++;
        if (given == arguments.Count || !FileVerbs.Any(verb => IsCutOf(arguments[given], verb))) return -1;
        for (var i = given + 1; i < arguments.Count; i++)
        {
            if (arguments[i].StartsWith('-') || arguments[i].Contains('=')) continue;
            return File.Exists(Path.GetFullPath(arguments[i], directory)) ? i : -1;
        }
        return -1;
    }

    private static bool IsCutOf(string given, string verb) => given.Length > 0 && verb.StartsWith(given, StringComparison.Ordinal);

    /// <summary>Disk images: what a text names with a full path and is a file here.</summary>
    private IEnumerable<CommandFrame> Images(string text)
    {
        foreach (var path in FullPath().Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal))
        {
            if (new FileInfo(path) is not { Exists: true, Length: > 0 } file) continue;
            if (file.Length <= MaxImage) yield return FileFrame(CommandFrameKind.Image, path);
            else error.Write(Encoding.UTF8.GetBytes($"xl: {path} stays here: it has {file.Length} bytes, and the simulated host takes images of at most {MaxImage} (make a smaller one)\n"));
        }
    }

    private static CommandFrame FileFrame(CommandFrameKind kind, string path)
    {
        try
        {
            return new CommandFrame(kind, [.. Encoding.UTF8.GetBytes(path), 0, .. File.ReadAllBytes(path)]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"cannot read {path}: {exception.Message}");
        }
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[socket.Send(bytes)..];
    }

    private int PrintReply(Socket socket)
    {
        while (true)
        {
            var header = ReceiveAll(socket, CommandFrame.HeaderSize);
            var content = ReceiveAll(socket, CommandFrame.ContentLength(header));
            switch ((CommandFrameKind)header[0])
            {
                case CommandFrameKind.Output:
                    output.Write(content);
                    output.Flush();
                    break;
                case CommandFrameKind.Error:
                    error.Write(content);
                    error.Flush();
                    break;
                default:
                    return BinaryPrimitives.ReadInt32LittleEndian(content);
            }
        }
    }

    private static byte[] ReceiveAll(Socket socket, int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var count = socket.Receive(bytes.AsSpan(at));
            if (count == 0) throw new HostException("the host has gone away");
            at += count;
        }
        return bytes;
    }

    [GeneratedRegex(@"/[^\s,'""=\0]+")]
    private static partial Regex FullPath();
}
