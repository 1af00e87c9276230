// Builds small ONNX models in tests.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/tests/onnx_builder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace peforge::codesign::testing {

OnnxBuilder::OnnxBuilder(const std::vector<std::int64_t>& dims) {
    model_.set_ir_version(7);
    model_.add_opset_import()->set_version(13);
    onnx::ValueInfoProto* input = model_.mutable_graph()->add_input();
    input->set_name("x");
    auto* tensor = input->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t dim : dims) {
        auto* d = tensor->mutable_shape()->add_dim();
        if (dim == 0) {
            d->set_dim_param("N");
        } else {
            d->set_dim_value(dim);
        }
    }
}

OnnxBuilder& OnnxBuilder::floats(const std::string& name, const std::vector<std::int64_t>& dims,
                                 const std::vector<float>& values) {
    onnx::TensorProto* t = model_.mutable_graph()->add_initializer();
    t->set_name(name);
    t->set_data_type(onnx::TensorProto::FLOAT);
    t->mutable_dims()->Add(dims.begin(), dims.end());
    t->mutable_float_data()->Add(values.begin(), values.end());
    return *this;
}

OnnxBuilder& OnnxBuilder::integers(const std::string& name,
                                   const std::vector<std::int64_t>& values) {
    onnx::TensorProto* t = model_.mutable_graph()->add_initializer();
    t->set_name(name);
    t->set_data_type(onnx::TensorProto::INT64);
    t->add_dims(static_cast<std::int64_t>(values.size()));
    t->mutable_int64_data()->Add(values.begin(), values.end());
    return *this;
}

OnnxBuilder& OnnxBuilder::node(const std::string& op, const std::vector<std::string>& inputs,
                               const std::string& output) {
    onnx::NodeProto* n = model_.mutable_graph()->add_node();
    n->set_op_type(op);
    n->set_name(output + "_node");
    for (const std::string& input : inputs) {
        n->add_input(input);
    }
    n->add_output(output);
    return *this;
}

onnx::NodeProto& OnnxBuilder::last() {
    auto* nodes = model_.mutable_graph()->mutable_node();
    return *nodes->Mutable(nodes->size() - 1);
}

OnnxBuilder& OnnxBuilder::attribute(const std::string& name, std::int64_t value) {
    onnx::AttributeProto* a = last().add_attribute();
    a->set_name(name);
    a->set_type(onnx::AttributeProto::INT);
    a->set_i(value);
    return *this;
}

OnnxBuilder& OnnxBuilder::attribute(const std::string& name, float value) {
    onnx::AttributeProto* a = last().add_attribute();
    a->set_name(name);
    a->set_type(onnx::AttributeProto::FLOAT);
    a->set_f(value);
    return *this;
}

OnnxBuilder& OnnxBuilder::attribute(const std::string& name, const char* value) {
    onnx::AttributeProto* a = last().add_attribute();
    a->set_name(name);
    a->set_type(onnx::AttributeProto::STRING);
    a->set_s(value);
    return *this;
}

OnnxBuilder& OnnxBuilder::attribute(const std::string& name,
                                    const std::vector<std::int64_t>& values) {
    onnx::AttributeProto* a = last().add_attribute();
    a->set_name(name);
    a->set_type(onnx::AttributeProto::INTS);
    a->mutable_ints()->Add(values.begin(), values.end());
    return *this;
}

OnnxBuilder& OnnxBuilder::output(const std::string& name) {
    model_.mutable_graph()->add_output()->set_name(name);
    return *this;
}

std::filesystem::path OnnxBuilder::save(const std::string& name) const {
    const std::filesystem::path file = test_folder() / name;
    std::ofstream out(file, std::ios::binary);
    model_.SerializeToOstream(&out);
    return file;
}

namespace {

/// The test program's folder, removed when it ends.
class Scratch {
public:
    Scratch() { std::filesystem::create_directories(path_); }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                  ("peforge-codesign-test-" + std::to_string(getpid()));
};

}  // namespace

std::filesystem::path test_folder() {
    static const Scratch scratch;
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(info->test_suite_name()) + "." + info->name();
    std::ranges::replace(name, '/', '_');
    const auto folder = scratch.path() / name;
    std::filesystem::create_directories(folder);
    return folder;
}

}  // namespace peforge::codesign::testing
