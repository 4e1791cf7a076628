using System.Net.Sockets;

namespace Xen.XenHost;

/// <summary>
/// Where the sockets of a host lie. It is the folder that Xen's client library looks in, when it is told to with XENSTORED_RUNDIR.
/// </summary>
public sealed class RunFolder(string path)
{
    public const string Variable = "XENSTORED_RUNDIR";

    private const int Backlog = 128;

    /// <summary>The length of sun_path, less its terminator.</summary>
    private const int LongestSocketPath = 107;

    public string Path => path;

    /// <summary>The name that the client library expects.</summary>
    public string StoreSocket => System.IO.Path.Combine(path, "socket");

    public string CommandSocket => System.IO.Path.Combine(path, "xl");

    /// <summary>The folder that the environment names, or one of the user's own.</summary>
    public static RunFolder FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return new RunFolder(given);
        return new RunFolder(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"xenhost-{Environment.UserName}"));
    }

    /// <summary>Makes the folder when it is missing.</summary>
    public void Create()
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"cannot use the run folder {path}: {exception.Message} (set {Variable} to a folder that you can write to)");
        }
    }

    /// <summary>Listens on a socket of this folder. What an earlier host left is removed; a host that runs is left alone.</summary>
    public static Socket Listen(string socketPath)
    {
        if (socketPath.Length > LongestSocketPath)
        {
            throw new HostException($"the path of the socket {socketPath} is longer than {LongestSocketPath} characters: set {Variable} to a shorter folder");
        }
        RemoveStale(socketPath);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(socketPath));
            listener.Listen(Backlog);
            listener.Blocking = false;
            return listener;
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            throw new HostException($"cannot listen on {socketPath}: {exception.Message} (set {Variable} to a folder that you can write to)");
        }
    }

    /// <summary>Connects to a host that listens there; null when none does.</summary>
    public static Socket? Connect(string socketPath)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
            return socket;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentOutOfRangeException)
        {
            socket.Dispose();
            return null;
        }
    }

    private static void RemoveStale(string socketPath)
    {
        if (!File.Exists(socketPath)) return;
        using (var running = Connect(socketPath))
        {
            if (running is not null) throw new HostException($"a host is running already: {socketPath} is in use");
        }
        try
        {
            if ((File.GetAttributes(socketPath) & FileAttributes.Device) == 0 && new FileInfo(socketPath).Length > 0)
            {
                throw new HostException($"{socketPath} is in the way: it is no socket");
            }
            File.Delete(socketPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"cannot remove the stale socket {socketPath}: {exception.Message}");
        }
    }
}
