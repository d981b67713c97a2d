using System.Data;
using DbUp.Engine;
using DbUp.Engine.Output;
using DbUp.Engine.Transactions;
using DbUp.Postgresql;
using Npgsql;

namespace RlsChat.Database;

// DbUp on a connection whose transaction is ours: roles, schema, functions, policies, passwords and
// fingerprints stand or fall together, so no engine of DbUp may open or close one.
internal sealed class OpenTransaction(NpgsqlConnection connection) : IConnectionManager
{
    private static readonly PostgresqlConnectionManager Parser = new("");

    /// <summary>The command that ran last: the one that failed, when one failed.</summary>
    public IDbCommand? Last { get; private set; }

    public TransactionMode TransactionMode { get; set; }

    public bool IsScriptOutputLogged { get; set; }

    public int? ExecutionTimeoutSeconds { get; set; }

    public static IEnumerable<string> Split(string sql) => Parser.SplitScriptIntoCommands(sql);

    public IEnumerable<string> SplitScriptIntoCommands(string scriptContents) => Split(scriptContents);

    public IDisposable OperationStarting(IUpgradeLog upgradeLog, List<SqlScript> executedScripts) => new Nothing();

    public void ExecuteCommandsWithManagedConnection(Action<Func<IDbCommand>> action) => action(Command);

    public T ExecuteCommandsWithManagedConnection<T>(Func<Func<IDbCommand>, T> actionWithResult) =>
        actionWithResult(Command);

    public bool TryConnect(IUpgradeLog upgradeLog, out string errorMessage)
    {
        errorMessage = "";
        return true;
    }

    private NpgsqlCommand Command()
    {
        var command = connection.CreateCommand();
        Last = command;
        return command;
    }

    private sealed class Nothing : IDisposable
    {
        public void Dispose() { }
    }
}
