using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using RlsChat.Api.Http;

namespace RlsChat.Api.Live;

/// <summary>
/// The database functions of live delivery (<c>db/functions/live</c>), which are all that <c>rlschat_live</c> may
/// execute. Each is one statement, whatever the number of subscriptions.
/// </summary>
internal static class Outbox
{
    /// <summary>
    /// How many events a page holds at most. The database ends a page early after 4 million characters, or half a
    /// million for a lagging subscription.
    /// </summary>
    public const int PageSize = 512;

    /// <summary>
    /// Waits until <paramref name="stop"/> at most, and leaves the statement to itself then: Npgsql would wait until the server
    /// answers a cancellation, which one that was paused does not.
    /// </summary>
    private static Task<T> Ask<T>(Func<Task<T>> ask, CancellationToken stop) => ask().WaitAsync(stop);

    /// <summary>Where delivery starts: everything committed so far lies behind this position.</summary>
    public static Task<Position> Now(NpgsqlConnection connection, CancellationToken stop) => Ask(async () =>
    {
        await using var command = new NpgsqlCommand("select place, at, snapshot::text from auth.position()", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new Position(reader.GetString(0), reader.GetInt64(1), reader.GetString(2));
    }, stop);

    /// <summary>A page of events for the subscriptions that stand where this process stands.</summary>
    /// <param name="connection">The connection of delivery.</param>
    /// <param name="from">The position of this process.</param>
    /// <param name="subscriptions">The subscriptions.</param>
    /// <param name="everybody">Whether to check the access of subscriptions that no event concerns, too.</param>
    /// <param name="stop">Cancels it.</param>
    public static Task<EventPage> Deliver(
        NpgsqlConnection connection, Position from, SubscriptionArrays subscriptions, bool everybody, CancellationToken stop) =>
        ReadPage(connection,
            """
            select "id", "kind", "payload", "readers"
            from auth.deliver($1::text::pg_snapshot, $2::text::pg_snapshot, $3, $4, true, $5, $6, $7, $8)
            """,
            [.. Start(from), new() { Value = everybody }, .. subscriptions.Parameters], stop);

    /// <summary>A page of events for one subscription that lags behind; it may end before the position that was asked for.</summary>
    /// <exception cref="PostgresException">ProgramLimitExceeded: its position lies among more events than can be paged through.</exception>
    public static Task<EventPage> CatchUp(
        NpgsqlConnection connection, Position from, Subscription subscription, CancellationToken stop) =>
        ReadPage(connection,
            """
            select "id", "kind", "payload", "readers"
            from auth.catch_up($1::text::pg_snapshot, $2::text::pg_snapshot, $3, $4, $5, $6, $7)
            """,
            [.. Start(from), .. new SubscriptionArrays([subscription]).Parameters], stop);

    /// <summary>The next chunks of streams for their followers, how streams ended, and followers who have lost access.</summary>
    public static Task<List<Delivered>> DeliverChunks(
        NpgsqlConnection connection, SubscriptionArrays followers, CancellationToken stop) => Ask(async () =>
    {
        await using var command = Command(connection,
            """select "id", "kind", "payload", "readers" from auth.deliver_chunks($1, $2, $3, $4, $5)""",
            [.. followers.Parameters, .. followers.StreamParameters]);
        await using var reader = await command.ExecuteReaderAsync();
        return await ReadDelivered(reader);
    }, stop);

    /// <summary>Ends the subscriptions that have lost access.</summary>
    public static Task EndWithoutAccess(
        NpgsqlConnection connection, IReadOnlyList<Subscription> subscriptions, CancellationToken stop) => Ask(async () =>
    {
        await using var command = Command(connection,
            "select subscriber, reason from auth.ended_subscriptions($1, $2, $3)", new SubscriptionArrays(subscriptions).Parameters);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            subscriptions[reader.GetInt32(0) - 1].End(reader.GetString(1));
        }

        return true;
    }, stop);

    private static IEnumerable<NpgsqlParameter> Start(Position from) =>
    [
        new() { Value = from.After },
        new() { Value = (object?)from.UpTo ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        new() { Value = from.Last },
        new() { Value = PageSize },
    ];

    private static Task<EventPage> ReadPage(
        NpgsqlConnection connection, string sql, IEnumerable<NpgsqlParameter> parameters, CancellationToken stop) => Ask(async () =>
    {
        await using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var position = reader.GetString(2).Split(' ');
        long? last = reader.IsDBNull(0) ? null : reader.GetInt64(0);
        return new EventPage(
            await ReadDelivered(reader), position[0], long.Parse(position[1], CultureInfo.InvariantCulture), last,
            position.Length > 2 ? TimeSpan.FromMilliseconds(double.Parse(position[2], CultureInfo.InvariantCulture)) : default);
    }, stop);

    private static async Task<List<Delivered>> ReadDelivered(NpgsqlDataReader reader)
    {
        var rows = new List<Delivered>();
        while (await reader.ReadAsync())
        {
            rows.Add(new(
                reader.IsDBNull(0) ? 0 : reader.GetInt64(0), reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetFieldValue<int[]>(3)));
        }

        return rows;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, IEnumerable<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
