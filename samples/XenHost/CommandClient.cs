using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Xen.Toolstack.Xl;
using Xen.XenWorkloads;

namespace Xen.XenHost;

/// <summary>One command that a user has given: it brings its arguments and files, becomes a process of Dom0, and gets back what that prints.</summary>
public sealed class CommandClient(Socket socket, Machine machine) : HostClient(socket)
{
    private const int MaxArguments = 256;

    private readonly List<string> arguments = [];
    private readonly Queue<byte[]> outgoing = new();
    private readonly MemoryStream input = new();
    private XlProcess? process;
    private int sent;
    private int outputSeen;
    private int errorsSeen;
    private bool ended;

    public override bool WantsInput => process is null && !ended;

    public override ReadOnlyMemory<byte> Outgoing => outgoing.TryPeek(out var bytes) ? bytes.AsMemory(sent) : default;

    public override bool Finished => ended && outgoing.Count == 0;

    /// <summary>The command runs.</summary>
    public bool Running => process is { ExitCode: null } && !ended;

    public override void Received(ReadOnlySpan<byte> bytes)
    {
        input.Write(bytes);
        var at = 0;
        while (!ended && process is null)
        {
            var rest = input.GetBuffer().AsSpan(at, (int)input.Length - at);
            if (rest.Length >= CommandFrame.HeaderSize && CommandFrame.ContentLength(rest) is < 0 or > CommandFrame.MaxContent)
            {
                Refuse("this is not how the xl command talks to its host");
                break;
            }
            if (CommandFrame.Decode(rest) is not { } frame) break;
            at += CommandFrame.HeaderSize + frame.Content.Length;
            Accept(frame);
        }
        var left = input.GetBuffer().AsSpan(at, (int)input.Length - at).ToArray();
        input.SetLength(0);
        input.Write(left);
    }

    public override void Sent(int count)
    {
        sent += count;
        if (sent < outgoing.Peek().Length) return;
        outgoing.Dequeue();
        sent = 0;
    }

    /// <summary>Ctrl-C at the command ends its process in Dom0.</summary>
    public override void Gone()
    {
        if (Running) process!.Component.Kill("SIGINT");
        ended = true;
        outgoing.Clear();
    }

    /// <summary>Passes on what the process has printed since, and its exit code when it has one.</summary>
    public void PassOn()
    {
        if (process is null || ended) return;
        var output = process.Output;
        if (output.Length > outputSeen) Send(CommandFrameKind.Output, output[outputSeen..]);
        outputSeen = output.Length;
        for (; errorsSeen < process.ErrorLines.Count; errorsSeen++) Send(CommandFrameKind.Error, process.ErrorLines[errorsSeen] + "\n");

        if (machine.Host.Crashed)
        {
            Refuse($"the host has crashed: {machine.Host.CrashReason}");
        }
        else if (process.ExitCode is { } code)
        {
            if (process.Component.Death is { } death) Send(CommandFrameKind.Error, $"xl: {death}\n");
            End(code);
        }
    }

    private void Accept(CommandFrame frame)
    {
        switch (frame.Kind)
        {
            case CommandFrameKind.Argument when arguments.Count < MaxArguments:
                arguments.Add(Encoding.UTF8.GetString(frame.Content));
                break;
            case CommandFrameKind.File:
            case CommandFrameKind.Image:
                Store(frame);
                break;
            case CommandFrameKind.Run when machine.Host.Crashed:
                Refuse($"the host has crashed: {machine.Host.CrashReason}");
                break;
            case CommandFrameKind.Run:
                process = XlProcess.Start(machine.Services, arguments);
                break;
            default:
                Refuse("this is not how the xl command talks to its host");
                break;
        }
    }

    private void Store(CommandFrame frame)
    {
        var end = Array.IndexOf(frame.Content, (byte)0);
        if (end <= 0)
        {
            Refuse("a file needs a name");
            return;
        }
        var path = Encoding.UTF8.GetString(frame.Content, 0, end);
        if (frame.Kind == CommandFrameKind.Image && machine.Host.Files.Exists(path)) return;
        machine.Host.Files.Write(path, frame.Content[(end + 1)..]);
    }

    private void Refuse(string text)
    {
        Send(CommandFrameKind.Error, $"xl: {text}\n");
        End(1);
    }

    private void End(int code)
    {
        var content = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(content, code);
        outgoing.Enqueue(new CommandFrame(CommandFrameKind.Exit, content).Encode());
        ended = true;
    }

    private void Send(CommandFrameKind kind, string text) => outgoing.Enqueue(new CommandFrame(kind, Encoding.UTF8.GetBytes(text)).Encode());
}
