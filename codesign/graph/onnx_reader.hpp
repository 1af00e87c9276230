// Typed access to ONNX protobuf messages, with errors that name the node.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace peforge::codesign {

/// A constant tensor. Exactly one of the two vectors is used, by data type.
struct Constant {
    std::vector<std::int64_t> dims;
    std::vector<float> floats;
    std::vector<std::int64_t> integers;
};

/// Reads a float or int64 tensor. `where` names the tensor in messages. Throws InputError for
/// external data, other data types and sizes that contradict the shape.
Constant read_tensor(const onnx::TensorProto& tensor, const std::string& file,
                     const std::string& where);

/// A node's attributes and its place in messages.
class NodeReader {
public:
    NodeReader(const onnx::NodeProto& node, std::string file);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& op() const { return node_.op_type(); }
    /// The operator belongs to ONNX itself, not to a vendor's extension.
    [[nodiscard]] bool standard_domain() const {
        return node_.domain().empty() || node_.domain() == "ai.onnx";
    }
    /// Name of input i; empty when it is left out.
    [[nodiscard]] std::string input(int i) const;
    [[nodiscard]] std::string output(int i) const;

    [[nodiscard]] std::int64_t integer(const std::string& attribute, std::int64_t fallback) const;
    [[nodiscard]] float real(const std::string& attribute, float fallback) const;
    [[nodiscard]] std::string text(const std::string& attribute, const std::string& fallback) const;
    [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(
        const std::string& attribute) const;
    [[nodiscard]] std::optional<std::vector<float>> reals(const std::string& attribute) const;
    [[nodiscard]] const onnx::TensorProto* tensor(const std::string& attribute) const;

    /// Throws InputError(file, node 'NAME' (op OP), what).
    [[noreturn]] void fail(const std::string& what) const;

    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] std::string where() const;

private:
    [[nodiscard]] const onnx::AttributeProto* find(const std::string& attribute,
                                                   onnx::AttributeProto::AttributeType type) const;

    const onnx::NodeProto& node_;
    std::string file_;
    std::string name_;
};

}  // namespace peforge::codesign
