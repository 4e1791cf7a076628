using System.Text;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>The messages that the two sides of a migration exchange around the stream. They are fixed texts: anything else is an error.</summary>
public static class MigrationProtocol
{
    public const string Banner = "xl migration receiver ready, send binary domain data.\n";
    public const string Ready = "domain received, ready to unpause";
    public const string PermissionToGo = "domain is yours, you are cleared to unpause";
    public const string Report = "my copy unpause results are as follows";

    public const string IncomingSuffix = "--incoming";
    public const string MigratedAwaySuffix = "--migratedaway";

    /// <summary>migrate_read_fixedmessage: Ok only when exactly this text arrives.</summary>
    public static void Expect(LibxlContext context, Descriptor stream, string message, string what, string side, Action<LibxlError> done)
    {
        var expected = Encoding.ASCII.GetBytes(message);
        stream.Read(context.Process, expected.Length, bytes =>
        {
            if (bytes.Length < expected.Length)
            {
                context.Log.Error(null, $"file/stream truncated reading {what} from migration stream");
                done(LibxlError.Fail);
                return;
            }
            if (!bytes.AsSpan().SequenceEqual(expected))
            {
                context.Log.Program($"{side}: {what} contains unexpected data instead of {what}");
                done(LibxlError.Fail);
                return;
            }
            done(LibxlError.Ok);
        });
    }

    public static void Send(LibxlContext context, Descriptor stream, string message, string what, Action<LibxlError> done)
    {
        stream.Write(context.Process, Encoding.ASCII.GetBytes(message), error =>
        {
            if (error != 0) context.Log.Error(null, $"failed to write {what} to migration stream: {Errno.Text(error)}");
            done(error == 0 ? LibxlError.Ok : LibxlError.Fail);
        });
    }
}
