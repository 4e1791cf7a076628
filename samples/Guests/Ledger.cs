using System.Buffers.Binary;
using Xen.Hypervisor;

namespace Xen.Guests;

/// <summary>
/// A deterministic state machine in pages of its domain's memory: one account for each client, with the number of the last request that was
/// applied. A request that comes twice is applied once, so that the balance proves that nothing was lost and nothing done twice.
/// </summary>
public sealed class Ledger(IReadOnlyList<MappedPage> pages)
{
    /// <summary>Accounts in a page: number and balance, 8 bytes each.</summary>
    public const int AccountsPerPage = MachineMemory.PageSize / AccountSize;

    private const int AccountSize = 2 * sizeof(long);
    private const int RowSize = 3 * sizeof(long);

    /// <summary>How many clients there can be.</summary>
    public int Capacity => pages.Count * AccountsPerPage;

    /// <summary>The number of the last request of a client that was applied; 0 before the first.</summary>
    public long LastNumber(int client) => (long)Page(client).ReadUInt64(Offset(client));

    /// <summary>The balance of a client.</summary>
    public long Balance(int client) => (long)Page(client).ReadUInt64(Offset(client) + sizeof(long));

    /// <summary>Applies a request and answers the balance. One whose number is not new changes nothing.</summary>
    public long Apply(int client, long number, long amount)
    {
        if (number > LastNumber(client))
        {
            Set(client, number, Balance(client) + amount);
        }

        return Balance(client);
    }

    /// <summary>Adds to a balance without a request: what a latent error does to a state.</summary>
    public void Corrupt(int client) => Set(client, LastNumber(client), Balance(client) + 1);

    /// <summary>The accounts that were ever used, in the order of the clients.</summary>
    public byte[] Export()
    {
        var rows = new List<byte>();
        for (var client = 0; client < Capacity; client++)
        {
            if (LastNumber(client) != 0)
            {
                rows.AddRange(Row(client, LastNumber(client), Balance(client)));
            }
        }

        return [.. rows];
    }

    /// <summary>One account as <see cref="Export"/> writes it.</summary>
    public static byte[] Row(int client, long number, long balance)
    {
        var row = new byte[RowSize];
        BinaryPrimitives.WriteInt64LittleEndian(row, client);
        BinaryPrimitives.WriteInt64LittleEndian(row.AsSpan(sizeof(long)), number);
        BinaryPrimitives.WriteInt64LittleEndian(row.AsSpan(2 * sizeof(long)), balance);
        return row;
    }

    /// <summary>Takes accounts over from <see cref="Export"/>; other accounts stay what they are.</summary>
    public void Import(ReadOnlySpan<byte> rows)
    {
        for (; rows.Length >= RowSize; rows = rows[RowSize..])
        {
            Set(
                (int)BinaryPrimitives.ReadInt64LittleEndian(rows),
                BinaryPrimitives.ReadInt64LittleEndian(rows[sizeof(long)..]),
                BinaryPrimitives.ReadInt64LittleEndian(rows[(2 * sizeof(long))..]));
        }
    }

    /// <summary>Over all accounts.</summary>
    public uint Digest => Crc32C.Compute(Export());

    private static int Offset(int client) => client % AccountsPerPage * AccountSize;

    private MappedPage Page(int client) => pages[client / AccountsPerPage];

    private void Set(int client, long number, long balance)
    {
        Page(client).WriteUInt64(Offset(client), (ulong)number);
        Page(client).WriteUInt64(Offset(client) + sizeof(long), (ulong)balance);
    }
}
