using System.Reflection;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>The access matrix of a table: the theories over a <see cref="Matrix"/> in the class that is named after it.</summary>
internal static class Matrices
{
    /// <summary>Its cells, each with the test that checks it.</summary>
    public static List<(MethodInfo Test, object[] Cell)> Of(string table) =>
    [
        .. from type in typeof(Matrices).Assembly.GetTypes()
           where type.Name.Equals($"{table}Tests", StringComparison.OrdinalIgnoreCase) && type.IsAssignableTo(typeof(TransactionTest))
           from test in type.GetMethods()
           from data in test.GetCustomAttributes<MemberDataAttribute>()
           where type.GetField(data.MemberName)?.GetValue(null) is TheoryData<string, string, string, string>
           from cell in data.GetData(test)
           select (test, cell),
    ];

    /// <summary>Checks each of its lines after a change of the database, which is rolled back with it.</summary>
    /// <returns>The number of lines.</returns>
    public static async Task<int> Check(string table, DatabaseFixture fixture, Func<Db, Task> change)
    {
        var lines = Of(table);
        foreach (var (test, cell) in lines)
        {
            var instance = (TransactionTest)Activator.CreateInstance(test.DeclaringType!, fixture)!;
            await instance.InitializeAsync();
            try
            {
                await change(instance.Db);
                await (Task)test.Invoke(instance, cell)!;
            }
            finally
            {
                await instance.DisposeAsync();
            }
        }

        return lines.Count;
    }
}
