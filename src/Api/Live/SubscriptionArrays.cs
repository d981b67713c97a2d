using Npgsql;
using NpgsqlTypes;

namespace RlsChat.Api.Live;

/// <summary>Subscriptions as the database functions take them: parallel arrays.</summary>
internal sealed class SubscriptionArrays(IReadOnlyList<Subscription> subscriptions)
{
    private readonly Guid?[] _people = [.. subscriptions.Select(s => s.Person)];
    private readonly byte[]?[] _digests = [.. subscriptions.Select(s => s.Digest)];
    private readonly Guid?[] _chats = [.. subscriptions.Select(s => s.Chat)];

    public IReadOnlyList<Subscription> Subscriptions => subscriptions;

    /// <summary>People, digests of their sessions' secrets, and chats.</summary>
    public IEnumerable<NpgsqlParameter> Parameters =>
    [
        new() { Value = _people, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
        new() { Value = _digests, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
        new() { Value = _chats, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
    ];

    /// <summary>The streams that are followed.</summary>
    public Guid?[] Streams => [.. subscriptions.Select(s => s.Stream)];

    /// <summary>The indexes of the last chunks that followers have; null for a follower that can take nothing now.</summary>
    public int?[] Indexes => [.. subscriptions.Select(s => s is { HasRoom: true, IsOver: false } ? s.Index : (int?)null)];

    /// <summary>Streams and indexes.</summary>
    public IEnumerable<NpgsqlParameter> StreamParameters =>
    [
        new() { Value = Streams, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
        new() { Value = Indexes, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
    ];
}
