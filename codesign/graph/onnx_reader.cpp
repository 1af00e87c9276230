// Typed access to ONNX protobuf messages.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/graph/onnx_reader.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "generator/spec/error.hpp"

namespace peforge::codesign {

static_assert(std::endian::native == std::endian::little, "ONNX raw data is little endian");

namespace {

template <typename T, typename Repeated>
std::vector<T> values(const onnx::TensorProto& tensor, const Repeated& repeated, std::size_t count,
                      const std::string& file, const std::string& where) {
    std::vector<T> out(count);
    if (tensor.has_raw_data()) {
        if (tensor.raw_data().size() != count * sizeof(T)) {
            throw InputError(file, where,
                             "holds " + std::to_string(tensor.raw_data().size()) +
                                 " bytes where its shape needs " +
                                 std::to_string(count * sizeof(T)));
        }
        std::memcpy(out.data(), tensor.raw_data().data(), count * sizeof(T));
        return out;
    }
    if (static_cast<std::size_t>(repeated.size()) != count) {
        throw InputError(file, where,
                         "holds " + std::to_string(repeated.size()) +
                             " values where its shape needs " + std::to_string(count));
    }
    std::copy(repeated.begin(), repeated.end(), out.begin());
    return out;
}

}  // namespace

Constant read_tensor(const onnx::TensorProto& tensor, const std::string& file,
                     const std::string& where) {
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
        throw InputError(file, where, "external data is not supported; save the model as one file");
    }
    constexpr std::int64_t kMaxElements = std::int64_t{1} << 28;
    Constant constant;
    std::int64_t count = 1;
    for (const std::int64_t dim : tensor.dims()) {
        if (dim < 0 || (dim > 0 && count > kMaxElements / dim)) {
            throw InputError(file, where, "has an impossible shape");
        }
        constant.dims.push_back(dim);
        count *= dim;
    }
    const auto elements = static_cast<std::size_t>(count);
    if (tensor.data_type() == onnx::TensorProto::FLOAT) {
        constant.floats = values<float>(tensor, tensor.float_data(), elements, file, where);
    } else if (tensor.data_type() == onnx::TensorProto::INT64) {
        constant.integers =
            values<std::int64_t>(tensor, tensor.int64_data(), elements, file, where);
    } else {
        const std::string type =
            onnx::TensorProto::DataType_IsValid(tensor.data_type())
                ? onnx::TensorProto::DataType_Name(
                      static_cast<onnx::TensorProto::DataType>(tensor.data_type()))
                : std::to_string(tensor.data_type());
        throw InputError(file, where,
                         "data type " + type + " is not supported; allowed: FLOAT, INT64");
    }
    return constant;
}

NodeReader::NodeReader(const onnx::NodeProto& node, std::string file)
    : node_(node), file_(std::move(file)), name_(node.name()) {
    if (name_.empty() && node.output_size() > 0) {
        name_ = node.output(0);
    }
}

std::string NodeReader::input(int i) const {
    return i < node_.input_size() ? node_.input(i) : "";
}

std::string NodeReader::output(int i) const {
    return i < node_.output_size() ? node_.output(i) : "";
}

std::string NodeReader::where() const {
    return "node '" + name_ + "' (op " + op() + ")";
}

void NodeReader::fail(const std::string& what) const {
    throw InputError(file_, where(), what);
}

const onnx::AttributeProto* NodeReader::find(const std::string& attribute,
                                             onnx::AttributeProto::AttributeType type) const {
    for (const onnx::AttributeProto& a : node_.attribute()) {
        if (a.name() == attribute) {
            if (a.type() != type) {
                fail("attribute '" + attribute + "' has the wrong type");
            }
            return &a;
        }
    }
    return nullptr;
}

std::int64_t NodeReader::integer(const std::string& attribute, std::int64_t fallback) const {
    const auto* a = find(attribute, onnx::AttributeProto::INT);
    return a != nullptr ? a->i() : fallback;
}

float NodeReader::real(const std::string& attribute, float fallback) const {
    const auto* a = find(attribute, onnx::AttributeProto::FLOAT);
    return a != nullptr ? a->f() : fallback;
}

std::string NodeReader::text(const std::string& attribute, const std::string& fallback) const {
    const auto* a = find(attribute, onnx::AttributeProto::STRING);
    return a != nullptr ? a->s() : fallback;
}

std::optional<std::vector<std::int64_t>> NodeReader::integers(const std::string& attribute) const {
    const auto* a = find(attribute, onnx::AttributeProto::INTS);
    if (a == nullptr) {
        return std::nullopt;
    }
    return std::vector<std::int64_t>(a->ints().begin(), a->ints().end());
}

std::optional<std::vector<float>> NodeReader::reals(const std::string& attribute) const {
    const auto* a = find(attribute, onnx::AttributeProto::FLOATS);
    if (a == nullptr) {
        return std::nullopt;
    }
    return std::vector<float>(a->floats().begin(), a->floats().end());
}

const onnx::TensorProto* NodeReader::tensor(const std::string& attribute) const {
    const auto* a = find(attribute, onnx::AttributeProto::TENSOR);
    return a != nullptr ? &a->t() : nullptr;
}

}  // namespace peforge::codesign
