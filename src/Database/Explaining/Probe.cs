using Npgsql;

namespace RlsChat.Database.Explaining;

/// <summary>In whose name a statement runs.</summary>
internal enum Actor
{
    /// <summary>The person, with the role and identity of their requests.</summary>
    Person,

    /// <summary>rlschat_backup, which every table lets read every row.</summary>
    Reader,

    /// <summary>rlschat_owner, or the login itself if it may not become that; makes copies of tables.</summary>
    Maker,
}

internal sealed record Attempt<T>(T? Value, PostgresException? Error);

/// <summary>Runs statements in savepoints of the connection's transaction, so that an error is an outcome.</summary>
internal sealed class Probe(NpgsqlConnection connection, Caller caller, CancellationToken stop = default)
{
    private Actor? current;
    private bool? mayOwn;

    public NpgsqlConnection Connection => connection;

    public Caller Caller => caller;

    /// <summary>Whether the login may become rlschat_owner; that of the API may not.</summary>
    public async Task<bool> MayOwn() =>
        mayOwn ??= await connection.Scalar<bool>("select pg_catalog.pg_has_role(session_user, 'rlschat_owner', 'member')");

    /// <summary>Runs something and takes it back, unless it succeeds and is to be kept.</summary>
    public async Task<Attempt<T>> Try<T>(Actor actor, Func<NpgsqlConnection, Task<T>> act, bool keep = false)
    {
        stop.ThrowIfCancellationRequested();
        await Become(actor);
        await connection.Execute("savepoint explaining");
        var attempt = new Attempt<T>(default, null);
        try
        {
            attempt = new Attempt<T>(await act(connection), null);
        }
        catch (PostgresException e)
        {
            attempt = new Attempt<T>(default, e);
        }

        if (attempt.Error is not null || !keep)
        {
            // The role is a setting, so it goes back too.
            await connection.Execute("rollback to savepoint explaining");
            current = actor;
        }

        await connection.Execute("release savepoint explaining");
        return attempt;
    }

    private async Task Become(Actor actor)
    {
        if (current == actor)
        {
            return;
        }

        var (role, uid, session) = actor switch
        {
            Actor.Person => (caller.Role, caller.Uid?.ToString(), caller.Session),
            Actor.Reader => ("rlschat_backup", null, null),
            _ => (await MayOwn() ? "rlschat_owner" : "none", caller.Uid?.ToString(), null),
        };
        await connection.Execute(
            "select set_config('role', $1, true), set_config('auth.uid', $2, true), set_config('auth.session', $3, true), set_config('search_path', '', true)",
            role, uid ?? "", session ?? "");
        current = actor;
    }
}
