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
}
