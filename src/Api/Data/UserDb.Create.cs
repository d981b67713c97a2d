using System.Text.Json;
using Npgsql;
using RlsChat.Api.Http;

namespace RlsChat.Api.Data;

/// <content>Creating a row at most once under an Idempotency-Key.</content>
internal sealed partial class UserDb
{
    /// <summary>Whether <see cref="Create"/> returned the row of an earlier request with the same key.</summary>
    public bool IsReplay => _operation.Key?.IsReplay == true;

    /// <summary>
    /// The row that the statement creates, or default when it creates none. With an Idempotency-Key it is created
    /// once: repeated requests get the row as it was then, unless the caller can no longer see it.
    /// </summary>
    /// <param name="table">
    /// The table, in schema public, in which the row has that "id"; null for what the caller can always see.
    /// </param>
    /// <param name="sql">Creates the row and returns it, or its id.</param>
    /// <param name="args">The statement's parameters.</param>
    public Task<T?> Create<T>(string? table, string sql, params Arg[] args) =>
        Run(sql, batch => Prove(batch, CreateRow<T>(batch, table, sql, args), IsSomething));

    /// <summary>The same of a row that is made of another one.</summary>
    /// <param name="source">The table, in schema public, of the other row, whose id is the first parameter.</param>
    /// <param name="table">The table, in schema public, of the created row.</param>
    /// <param name="sql">Creates the row and returns it.</param>
    /// <param name="args">The statement's parameters.</param>
    public Task<Changed<T>> CreateFrom<T>(string source, string table, string sql, params Arg[] args) =>
        Run(sql, batch => Changed(batch, CreateRow<T>(batch, table, sql, args), source, args[0]));

    // An impersonator, who will be refused, has no key.
    private Task<T?> CreateRow<T>(CallerBatch batch, string? table, string sql, Arg[] args) =>
        _operation.Key is { } key && !batch.Caller.IsImpersonated ? CreateOnce<T>(batch, key, table, sql, args) : ReadOne<T>(batch, sql, args);

    /// <summary>
    /// The claim on the key, the row and the stored response are one transaction, of three round trips. A concurrent
    /// request with the same key waits at the claim.
    /// </summary>
    private async Task<T?> CreateOnce<T>(CallerBatch batch, Idempotency key, string? table, string sql, Arg[] args)
    {
        try
        {
            await using var connection = await batch.Pool().OpenConnectionAsync(_operation.Stop);
            await using var transaction = await connection.BeginTransactionAsync(_operation.Stop);
            var claim = CallerBatch.Statement(
                """insert into public."IdempotencyKey" ("key", "requestDigest") values ($1, $2)""", [key.Key, key.Digest]);
            var row = await batch.ExecuteOn(
                connection, reader => reader.ReadOne<T>(_operation.Stop), claim, CallerBatch.Statement(sql, args));
            if (IsSomething(row))
            {
                await using var store = new NpgsqlBatch(connection)
                {
                    BatchCommands =
                    {
                        CallerBatch.Statement(
                            """update public."IdempotencyKey" set "body" = $3 where "userId" = $1 and "key" = $2""",
                            [CallerId, key.Key, JsonSerializer.Serialize(row, ApiJson.Options)]),
                    },
                };
                if (await store.ExecuteNonQueryAsync(_operation.Stop) != 1)
                {
                    throw new SessionEndedException();
                }

                await transaction.CommitAsync(_operation.Stop);
            }

            return row;
        }
        catch (PostgresException e) when (
            e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "IdempotencyKey_pkey" })
        {
            var row = await Replay<T>(batch, key, table);
            // Else the key expired between the two statements, so it is new.
            return IsSomething(row) ? row : await CreateOnce<T>(batch, key, table, sql, args);
        }
    }

    /// <summary>The stored response of the key; default when there is none.</summary>
    private async Task<T?> Replay<T>(CallerBatch batch, Idempotency key, string? table)
    {
        // The sub-select makes it a value: below a policy, an index finds none that the condition computes.
        var isVisible = table is null ? "true" : $"""
            exists (select from public."{table}" t
              where t."id" = (select coalesce(k."body"::json ->> 'id', k."body"::json #>> {"'{}'"})::uuid))
            """;
        var body = await batch.Execute(
            async reader => !await reader.ReadAsync(_operation.Stop) ? null
                : !reader.GetBoolean(0) ? throw new InvalidInputException(Idempotency.Reused)
                : reader.GetBoolean(2) ? reader.GetString(1)
                : throw new InvalidInputException(Problems.Of(404)),
            CallerBatch.Statement(
                $"""
                select k."requestDigest" = $3, k."body", {isVisible}
                from public."IdempotencyKey" k
                where k."userId" = $1 and k."key" = $2
                """, [CallerId, key.Key, key.Digest]));
        key.IsReplay = body is not null;
        return body is null ? default : JsonSerializer.Deserialize<T>(body, ApiJson.Options);
    }
}
