using System.Text.Json;
using Npgsql;
using RlsChat.Api.Http;

namespace RlsChat.Api.Data;

/// <content>Making a row once, however often it is asked for.</content>
internal sealed partial class UserDb
{
    /// <summary>Whether <see cref="Create"/> found that it had been done before.</summary>
    public bool WasDone => _request.Once?.WasDone == true;

    /// <summary>
    /// The row that the statement made, or default when it made none. Under an Idempotency-Key it is made
    /// once: asked again, the row is returned as it was then, unless the person sees it no longer.
    /// </summary>
    /// <param name="table">Of public, in which the row has that "id"; null for what stays one's own.</param>
    /// <param name="sql">Makes the row and returns it, or its id.</param>
    /// <param name="args">Of the statement.</param>
    public Task<T?> Create<T>(string? table, string sql, params ReadOnlySpan<Arg> args)
    {
        if (_request.Once is not { } asked)
        {
            return QuerySingleOrDefault<T>(sql, args);
        }

        var kept = args.ToArray();
        return _operations.Run(_request, _caller.Uid, sql, () => CreateOnce(asked, table, sql, kept, reader => reader.Parser<T>()(reader)));
    }

    /// <summary>The same of a row that another must be there for: the statement's one row is that of <see cref="Change"/>.</summary>
    /// <inheritdoc cref="Create"/>
    public Task<Changed<T>> CreateFrom<T>(string? table, string sql, params ReadOnlySpan<Arg> args)
    {
        if (_request.Once is not { } asked)
        {
            return Change<T>(sql, args);
        }

        var (kept, readable) = (args.ToArray(), false);
        return _operations.Run(_request, _caller.Uid, sql, async () => new Changed<T>(
            await CreateOnce(asked, table, sql, kept, reader =>
            {
                readable = reader.GetBoolean(0);
                return reader.Parser<T>(start: 1)(reader);
            }),
            readable));
    }

    /// <summary>
    /// The claim on the key, the row and the key's answer are one transaction: three round trips, for
    /// those who want it. Whoever asks at the same time waits at the claim.
    /// </summary>
    private async Task<T?> CreateOnce<T>(Idempotency asked, string? table, string sql, Arg[] args, Func<NpgsqlDataReader, T?> parse)
    {
        try
        {
            await using var connection = await Source.OpenConnectionAsync(_request.Stop);
            await using var transaction = await connection.BeginTransactionAsync(_request.Stop);
            var row = await Ask(connection, Statement(sql, args),
                async (reader, _) => await reader.ReadAsync(_request.Stop) ? parse(reader) : default,
                Statement("""insert into public."IdempotencyKey" ("key", "requestDigest") values ($1, $2)""", [asked.Key, asked.Digest]));
            if (row is not null)
            {
                await using var keep = new NpgsqlBatch(connection)
                {
                    BatchCommands =
                    {
                        Statement(
                            """update public."IdempotencyKey" set "body" = $2 where "userId" = (select auth.uid()) and "key" = $1""",
                            [asked.Key, JsonSerializer.Serialize(row, ApiJson.Options)]),
                    },
                };
                await keep.ExecuteNonQueryAsync(_request.Stop);
                await transaction.CommitAsync(_request.Stop);
            }

            return row;
        }
        catch (PostgresException e) when (
            e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "IdempotencyKey_pkey" })
        {
            return await Recall<T>(asked, table) is { } row
                ? row
                // Gone again between the two: its day had passed, so it is new.
                : await CreateOnce(asked, table, sql, args, parse);
        }
    }

    private async Task<T?> Recall<T>(Idempotency asked, string? table)
    {
        var body = await Once(
            $$"""
            select k."requestDigest" = $2, k."body", {{(table is null ? "true" : $$"""
              exists (select from public."{{table}}" t
                where t."id" = coalesce(k."body"::json ->> 'id', k."body"::json #>> '{}')::uuid)
              """)}}
            from public."IdempotencyKey" k
            where k."userId" = (select auth.uid()) and k."key" = $1
            """,
            [asked.Key, asked.Digest],
            async (reader, _) => !await reader.ReadAsync(_request.Stop) ? null
                : !reader.GetBoolean(0) ? throw new InvalidInputException(Idempotency.Reused)
                : reader.GetBoolean(2) ? reader.GetString(1)
                : throw new InvalidInputException(Problems.Of(404)));
        asked.WasDone = body is not null;
        return body is null ? default : JsonSerializer.Deserialize<T>(body, ApiJson.Options);
    }
}
