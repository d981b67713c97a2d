using System.Data.Common;
using Dapper;

namespace RlsChat.Api.Data;

/// <summary>Reads rows: Dapper's parser, by constructors whose parameters are named as the columns.</summary>
internal static class RowParser
{
    /// <param name="reader">A reader that stands on its columns.</param>
    /// <param name="start">The first column that counts.</param>
    /// <returns>Null for a record whose first column is null, as an outer join leaves it.</returns>
    public static Func<DbDataReader, T?> Parser<T>(this DbDataReader reader, int start = 0) =>
        // Dapper's parser of a single column is typed for values only.
        typeof(T) == typeof(string) || typeof(T) == typeof(byte[])
            ? row => row.IsDBNull(start) ? default! : row.GetFieldValue<T>(start)
            : reader.GetRowParser<T>(startIndex: start, returnNullIfFirstMissing: true);
}
