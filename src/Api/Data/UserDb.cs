using Npgsql;
using RlsChat.Api.Auth;

namespace RlsChat.Api.Data;

/// <summary>
/// Runs one statement on people's data as the caller: one round trip and one transaction, and a second one where nothing
/// was found or it was refused. PostgreSQL decides what the caller can see.
/// </summary>
internal sealed partial class UserDb
{
    private readonly DataSources _sources;
    private readonly OperationRunner _runner;
    private readonly DatabaseOperation _operation;
    private readonly CallerBatch _batch;

    internal UserDb(DataSources sources, OperationRunner runner, Caller caller, DatabaseOperation operation) =>
        (_sources, _runner, _operation, _batch) = (sources, runner, operation,
            new CallerBatch(() => caller.Uid is null ? sources.Anonymous : sources.RegularUser, caller, operation.Stop)
            {
                Role = caller.Uid is null ? "anonymous" : "regular_user",
                ReadOnly = operation.ReadOnly,
                Verifies = false,
                Freshness = operation.Freshness,
                Shown = operation.Shown,
            });

    /// <summary>Binds a handler's parameter to the caller of the request.</summary>
    public static ValueTask<UserDb> BindAsync(HttpContext context) => new(new UserDb(
        context.RequestServices.GetRequiredService<DataSources>(),
        context.RequestServices.GetRequiredService<OperationRunner>(),
        Caller.From(context.User),
        DatabaseOperation.Of(context)));

    /// <summary>The same as a person who has just signed in.</summary>
    public UserDb As(Caller caller) => new(_sources, _runner, caller, _operation);

    /// <summary>The same, but no standby answers.</summary>
    public UserDb AtPrimary => new(_sources, _runner, _batch.Caller, _operation with { Freshness = null });

    /// <summary>
    /// The person of the access token, or null: a parameter for what a request asks about ("my chats"). It is verified
    /// with the session before any row is returned, and costs less than auth.uid(), which verifies again.
    /// </summary>
    public Guid? CallerId => _batch.Caller.Uid;

    /// <summary>Whether the caller has not signed in.</summary>
    public bool IsAnonymous => CallerId is null;

    /// <summary>All rows.</summary>
    public Task<List<T>> Query<T>(string sql, params Arg[] args) =>
        Read(sql, batch => Prove(batch, ReadAll<T>(batch, sql, args), rows => rows.Count > 0));

    /// <summary>The children of one row; null when that row is hidden or absent.</summary>
    /// <param name="parent">The table, in schema public, of that row.</param>
    /// <param name="sql">Returns the children. It returns none of a row that the caller cannot read.</param>
    /// <param name="args">The id of that row, and then the statement's other parameters.</param>
    public Task<List<T>?> QueryChildren<T>(string parent, string sql, params Arg[] args) =>
        QueryOf<T>(() => IsReadable(parent, args[0]), sql, args);

    /// <summary>The same of a row that is not known by its id alone.</summary>
    /// <param name="isReadable">Asks whether the row is readable: where there are no children, in a second round trip.</param>
    /// <param name="sql">Returns the children.</param>
    /// <param name="args">The statement's parameters.</param>
    public Task<List<T>?> QueryOf<T>(Func<NpgsqlBatchCommand> isReadable, string sql, params Arg[] args) =>
        Read(sql, async batch =>
        {
            var rows = await Attempt(batch, ReadAll<T>(batch, sql, args));
            return rows.Count > 0 || await Answer(batch, isReadable()) ? rows : null;
        });

    /// <summary>The first row, or default when there is none.</summary>
    public Task<T?> QuerySingleOrDefault<T>(string sql, params Arg[] args) =>
        Read(sql, batch => Prove(batch, ReadOne<T>(batch, sql, args), IsSomething));

    /// <summary>How many rows the statement changed.</summary>
    public Task<int> Execute(string sql, params Arg[] args) =>
        Run(sql, batch => Prove(batch, Change(batch, sql, args), count => count > 0));

    /// <summary>Updates one row and returns it.</summary>
    /// <param name="table">The table, in schema public, whose row it is.</param>
    /// <param name="sql">The update, by <c>"id" = $1</c>.</param>
    /// <param name="args">The id, and then the statement's other parameters.</param>
    public Task<Changed<T>> Update<T>(string table, string sql, params Arg[] args) =>
        Run(sql, batch => Changed(batch, ReadOne<T>(batch, sql, args), table, args[0]));

    /// <summary>Deletes one row.</summary>
    /// <inheritdoc cref="Update"/>
    public Task<Deleted> Delete(string table, string sql, params Arg[] args) =>
        Run(sql, async batch =>
        {
            var count = await Attempt(batch, Change(batch, sql, args));
            return new Deleted(count, count == 0 && await Answer(batch, IsReadable(table, args[0])));
        });

    /// <summary>Deletes the rows of a list after a given place.</summary>
    /// <param name="sql">The delete.</param>
    /// <param name="question">
    /// Two booleans, for when it deleted nothing: whether the list is readable, and whether rows are that it should have
    /// deleted.
    /// </param>
    /// <param name="args">The parameters of both.</param>
    public Task<DeletedTail> DeleteTail(string sql, string question, params Arg[] args) =>
        Run(sql, async batch => await Attempt(batch, Change(batch, sql, args)) is > 0 and var count
            ? new DeletedTail(count, true, false)
            : await Ask(batch, reader => new DeletedTail(0, reader.GetBoolean(0), reader.GetBoolean(1)), CallerBatch.Statement(question, args)));

    private Task<T> Run<T>(string sql, Func<CallerBatch, Task<T>> operation) =>
        _runner.ExecuteWithRetry(_operation, _batch.Caller.Uid, sql, () => operation(_batch));

    private Task<T> Read<T>(string sql, Func<CallerBatch, Task<T>> operation) =>
        _runner.ExecuteWithRetry(_operation, _batch.Caller.Uid, sql, () => AtStandby(operation));

    /// <summary>Verifies who is asking only where the statements did not: they found nothing, or were refused.</summary>
    private static async Task<T> Prove<T>(CallerBatch batch, Task<T> statement, Func<T, bool> isProof)
    {
        var result = await Attempt(batch, statement);
        if (!isProof(result))
        {
            await batch.Verify();
        }

        return result;
    }

    /// <summary>Waits for a statement that verifies the person itself; if it was refused, asks whether that was because the session has ended.</summary>
    private static async Task<T> Attempt<T>(CallerBatch batch, Task<T> statement)
    {
        try
        {
            return await statement;
        }
        catch (PostgresException e) when (
            DatabaseErrors.Outcome(e.SqlState) is Outcome.Denied or Outcome.Refused && !DatabaseErrors.IsWorthRepeating(e))
        {
            await batch.Verify();
            throw;
        }
    }

    /// <summary>The row that a statement made or changed; without one, whether the caller can read another that it depends on.</summary>
    private async Task<Changed<T>> Changed<T>(CallerBatch batch, Task<T?> statement, string table, Arg id)
    {
        var row = await Attempt(batch, statement);
        return new Changed<T>(row, row is null && await Answer(batch, IsReadable(table, id)));
    }

    private static bool IsSomething<T>(T row) => !EqualityComparer<T>.Default.Equals(row, default);

    private Task<List<T>> ReadAll<T>(CallerBatch batch, string sql, Arg[] args) =>
        batch.Execute(reader => reader.ReadAll<T>(_operation.Stop), CallerBatch.Statement(sql, args));

    private Task<T?> ReadOne<T>(CallerBatch batch, string sql, Arg[] args) =>
        batch.Execute(reader => reader.ReadOne<T>(_operation.Stop), CallerBatch.Statement(sql, args));

    /// <summary>How many rows a statement changes.</summary>
    private static async Task<int> Change(CallerBatch batch, string sql, Arg[] args)
    {
        var statement = CallerBatch.Statement(sql, args);
        await batch.Execute(_ => Task.FromResult(true), statement);
        return (int)statement.Rows;
    }

    /// <summary>
    /// Whether the caller can read a row: asked after a change of no row, because only that tells 403 from 404.
    /// </summary>
    private static NpgsqlBatchCommand IsReadable(string table, Arg id) =>
        CallerBatch.Statement($"""select exists (select from public."{table}" where "id" = $1)""", [id]);

    /// <summary>The answer to a question that is asked when a statement found nothing, by a caller who is verified.</summary>
    private Task<bool> Answer(CallerBatch batch, NpgsqlBatchCommand question) => Ask(batch, reader => reader.GetBoolean(0), question);

    private Task<T> Ask<T>(CallerBatch batch, Func<NpgsqlDataReader, T> read, NpgsqlBatchCommand question) =>
        (batch with { Verifies = true, ReadOnly = true }).Execute(
            async reader =>
            {
                await reader.ReadAsync(_operation.Stop);
                return read(reader);
            }, question);

    /// <summary>
    /// Reads at a standby, if one may answer this request; else, and whenever that fails, at the primary. A refusal
    /// too: the standby may not know yet of a session or a right. It could learn of the session between the statement and
    /// the question for it, so there it is verified before.
    /// </summary>
    private async Task<T> AtStandby<T>(Func<CallerBatch, Task<T>> transaction)
    {
        if (_operation is not { ReadOnly: true, Freshness: { IsPrimary: false } } || _sources.Standbys is not { } standbys
            || standbys.Standby(_sources.ReadLag) is not (>= 0 and var place))
        {
            return await transaction(_batch);
        }

        try
        {
            var pool = _sources.Reading(place, IsAnonymous);
            var result = await transaction(_batch with { Pool = () => pool, MaxLag = _sources.ReadLag, Verifies = true }).WaitAsync(standbys.All[place].Gone);
            _runner.CountStandby("yes");
            return result;
        }
        catch (Exception e) when (!_operation.Stop.IsCancellationRequested)
        {
            if (e is NpgsqlException and not PostgresException)
            {
                standbys.All[place].Lose();
            }

            _runner.CountStandby(e is StandbyBehindException ? "behind" : "failed");
            return await transaction(_batch);
        }
    }
}
