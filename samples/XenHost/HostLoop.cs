using System.Net.Sockets;
using Xen.XenWorkloads;

namespace Xen.XenHost;

/// <summary>
/// Drives a simulated host in real time and carries bytes between its sockets and real processes. This is the one place where the
/// outside comes in: what a run does depends on who connects when, so nothing here is for experiments.
/// </summary>
public sealed class HostLoop : IDisposable
{
    /// <summary>More clients than that at a time are turned away.</summary>
    public const int MaxClients = 1024;

    /// <summary>What is read of one client before the next has its turn.</summary>
    private const int ReadSize = 64 * 1024;

    /// <summary>A machine that slept does not have to make up for all of it.</summary>
    private const long LongestStepNs = 1_000_000_000;

    /// <summary>Enough for the daemon to answer what has just come in.</summary>
    private const long ShortestStepNs = 20_000;

    private const long NsPerSecond = 1_000_000_000;

    private readonly Machine machine;
    private readonly TimeProvider time;
    private readonly Socket storeListener;
    private readonly Socket commandListener;
    private readonly RunFolder folder;
    private readonly List<HostClient> clients = [];
    private readonly byte[] buffer = new byte[ReadSize];
    private long last;

    /// <summary>Opens the sockets.</summary>
    public HostLoop(Machine machine, RunFolder folder, TimeProvider time)
    {
        this.machine = machine;
        this.time = time;
        this.folder = folder;
        folder.Create();
        storeListener = RunFolder.Listen(folder.StoreSocket);
        try
        {
            commandListener = RunFolder.Listen(folder.CommandSocket);
        }
        catch (HostException)
        {
            Close(storeListener, folder.StoreSocket);
            throw;
        }
        last = time.GetTimestamp();
    }

    public int Clients => clients.Count;

    /// <summary>Waits a while for something to do, then lets the host run for as long as it took.</summary>
    public void Turn(int waitMs)
    {
        var readable = Wait(waitMs);
        if (readable.Contains(storeListener)) Accept(storeListener, socket => new StoreClient(socket, machine.Xenstored));
        if (readable.Contains(commandListener)) Accept(commandListener, socket => new CommandClient(socket, machine));
        foreach (var client in clients)
        {
            if (readable.Contains(client.Socket)) Read(client);
        }
        Advance();
        foreach (var client in clients)
        {
            if (client is CommandClient command) command.PassOn();
            if (client.Outgoing.Length > 0) Write(client);
        }
        foreach (var client in clients)
        {
            if (client.Finished) client.Dispose();
        }
        clients.RemoveAll(client => client.Finished);
    }

    /// <summary>Closes the sockets and takes them out of the file system.</summary>
    public void Dispose()
    {
        foreach (var client in clients) client.Dispose();
        clients.Clear();
        Close(storeListener, folder.StoreSocket);
        Close(commandListener, folder.CommandSocket);
    }

    private HashSet<Socket> Wait(int waitMs)
    {
        List<Socket> readable = [storeListener, commandListener];
        List<Socket> writable = [];
        foreach (var client in clients)
        {
            // A command that runs is listened to only for its end.
            if (client.WantsInput || client is CommandClient { Running: true }) readable.Add(client.Socket);
            if (client.Outgoing.Length > 0) writable.Add(client.Socket);
        }
        Socket.Select(readable, writable, null, waitMs * 1000);
        return [.. readable];
    }

    private void Advance()
    {
        var now = time.GetTimestamp();
        var elapsed = (long)(time.GetElapsedTime(last, now).TotalSeconds * NsPerSecond);
        last = now;
        machine.Simulation.RunFor(Math.Clamp(elapsed, ShortestStepNs, LongestStepNs));
    }

    private void Accept(Socket listener, Func<Socket, HostClient> make)
    {
        while (listener.Poll(0, SelectMode.SelectRead))
        {
            Socket socket;
            try
            {
                socket = listener.Accept();
            }
            catch (SocketException)
            {
                // Whoever it was has gone again, or there are no file descriptors left; the others go on.
                return;
            }
            if (clients.Count >= MaxClients)
            {
                socket.Dispose();
                continue;
            }
            socket.Blocking = false;
            clients.Add(make(socket));
        }
    }

    private void Read(HostClient client)
    {
        var count = client.Socket.Receive(buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock) return;
        if (error != SocketError.Success || count == 0) client.Gone();
        else client.Received(buffer.AsSpan(0, count));
    }

    private static void Write(HostClient client)
    {
        while (client.Outgoing is { Length: > 0 } bytes)
        {
            var count = client.Socket.Send(bytes.Span, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock) return;
            if (error != SocketError.Success)
            {
                client.Gone();
                return;
            }
            client.Sent(count);
        }
    }

    private static void Close(Socket listener, string path)
    {
        listener.Dispose();
        File.Delete(path);
    }
}
