using System.Data.Common;
using Dapper;
using Npgsql;

namespace RlsChat.Api.Data;

/// <summary>Reads rows: Dapper's parser, by constructors whose parameters are named as the columns.</summary>
internal static class RowParser
{
    /// <summary>
    /// Reads the row that the reader is on. A last column <c>if_match</c> is the comparison with If-Match, and no
    /// part of it.
    /// </summary>
    public static Func<DbDataReader, T> Parser<T>(this DbDataReader reader) =>
        // Dapper's parser of a single column is typed for values only.
        typeof(T) == typeof(string) || typeof(T) == typeof(byte[])
            ? row => row.IsDBNull(0) ? default! : row.GetFieldValue<T>(0)
            : reader.GetRowParser<T>(
                length: reader.GetName(reader.FieldCount - 1) == "if_match" ? reader.FieldCount - 1 : -1);

    /// <summary>The next row of this result, or default when there is none.</summary>
    public static async Task<T?> ReadOne<T>(this NpgsqlDataReader reader, CancellationToken stop) =>
        await reader.ReadAsync(stop) ? reader.Parser<T>()(reader) : default;

    /// <summary>All rows of this result.</summary>
    public static async Task<List<T>> ReadAll<T>(this NpgsqlDataReader reader, CancellationToken stop)
    {
        var (rows, parse) = (new List<T>(), reader.Parser<T>());
        while (await reader.ReadAsync(stop))
        {
            rows.Add(parse(reader));
        }

        return rows;
    }
}
