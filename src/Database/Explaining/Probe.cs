using Npgsql;

namespace RlsChat.Database.Explaining;

/// <summary>In whose name a statement runs.</summary>
internal enum Actor
{
    /// <summary>The person, with the role and identity of their requests.</summary>
    Person,

    /// <summary>rlschat_backup, which every table lets read every row.</summary>
    Reader,

    /// <summary>rlschat_owner.</summary>
    Owner,
}

internal sealed record Attempt<T>(T? Value, PostgresException? Error);

/// <summary>Runs statements in savepoints of the connection's transaction, so that an error is an outcome.</summary>
internal sealed class Probe(NpgsqlConnection connection, Caller caller)
{
    private Actor? current;

    public NpgsqlConnection Connection => connection;

    public Caller Caller => caller;

    /// <summary>Runs something and takes it back, unless it succeeds and is to be kept.</summary>
    public async Task<Attempt<T>> Try<T>(Actor actor, Func<NpgsqlConnection, Task<T>> act, bool keep = false)
    {
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
            _ => ("rlschat_owner", caller.Uid?.ToString(), null),
        };
        await connection.Execute(
            "select set_config('role', $1, true), set_config('auth.uid', $2, true), set_config('auth.session', $3, true), set_config('search_path', '', true)",
            role, uid ?? "", session ?? "");
        current = actor;
    }
}
